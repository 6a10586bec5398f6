//! Data contracts of Rust: types with serde's traits, read from source.
