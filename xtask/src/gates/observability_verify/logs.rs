//! Reads a service's log lines.
