//! promotion_guard: all required checks pass.

pub mod audit;
