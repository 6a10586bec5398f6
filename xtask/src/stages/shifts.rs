//! Where the refs of a pattern land in two policies: what moving a pattern does to them.

use super::patterns::Patterns;
use super::validate::examples;
use super::{Policy, Stage, glob::Glob};

/// For refs that the pattern was written for, the stage in one policy and in the other; `None` where a
/// ref lands nowhere or is tied, and so is not judged at all. Nothing for what is no pattern.
pub fn shifts<'p>(
    pattern: &str,
    one: &'p Policy,
    other: &'p Policy,
) -> Vec<(Option<&'p Stage>, Option<&'p Stage>)> {
    // Which name stands for {package} makes no difference between the two.
    const PACKAGES: &[&str] = &["package"];
    let Ok(glob) = Glob::parse(pattern) else { return Vec::new() };
    let (patterns_one, patterns_other) = (Patterns::new(one, PACKAGES), Patterns::new(other, PACKAGES));
    let examples = examples(&glob, PACKAGES);
    let pairs = examples.iter().map(|reference| {
        let land = |policy: &'p Policy, patterns: &Patterns<'_>| {
            policy.stages.get(patterns.land(reference).ok().flatten()?.stage)
        };
        (land(one, &patterns_one), land(other, &patterns_other))
    });
    pairs.collect()
}
