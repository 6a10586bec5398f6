//! Arguments and clock in, exit status out.

fn main() {}
