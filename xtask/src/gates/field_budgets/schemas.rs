//! Data contracts of JSON Schema, Protocol Buffers and GraphQL files.
