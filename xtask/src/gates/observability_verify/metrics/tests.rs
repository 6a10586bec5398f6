//! Families that the settings ask for, in readings of both formats.
