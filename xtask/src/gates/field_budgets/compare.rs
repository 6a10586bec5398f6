//! What changed from the locked contracts to those of the sources, and who still reads whose data.
