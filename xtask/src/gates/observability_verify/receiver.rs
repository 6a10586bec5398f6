//! The OTLP/HTTP receiver.
