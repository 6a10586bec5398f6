//! What is said of the facts.
