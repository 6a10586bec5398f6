//! `field-budgets.lock`: the contracts that were agreed and their budgets.
