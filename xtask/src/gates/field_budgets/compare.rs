//! stub
#![allow(missing_docs)]
use crate::evidence::budgets::Drift;
use crate::evidence::contracts::Contract;
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    pub package: &'a str,
    pub lockfile: &'a str,
    pub locked: Option<&'a [Contract]>,
    pub current: &'a [Contract],
}
pub fn compare(packages: &[Side<'_>]) -> Vec<Vec<Drift>> {
    packages.iter().map(|_| Vec::new()).collect()
}
pub fn partners(packages: &[Side<'_>]) -> Vec<Vec<Option<(usize, usize)>>> {
    packages
        .iter()
        .enumerate()
        .map(|(p, side)| {
            side.current
                .iter()
                .map(|c| {
                    let at = side.locked?.iter().position(|l| (l.format, &l.name) == (c.format, &c.name))?;
                    Some((p, at))
                })
                .collect()
        })
        .collect()
}
