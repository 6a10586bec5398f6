//! Reads OTLP spans.
