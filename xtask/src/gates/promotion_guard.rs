//! promotion_guard: all required checks pass.
