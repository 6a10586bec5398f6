//! What was looked for in the metrics, and what was found.
