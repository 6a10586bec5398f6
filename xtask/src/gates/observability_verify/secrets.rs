//! Searches for secrets in all that a service gives out.
