//! What nobody can guess: secrets and ids of a run, delimiters of a CI's files.

use std::hash::{BuildHasher, RandomState};

use crate::digest;

/// Bytes that nobody can guess. The standard library's hasher is seeded by the operating system.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    for (index, piece) in bytes.chunks_mut(8).enumerate() {
        let random = RandomState::new().hash_one(index).to_le_bytes();
        piece.iter_mut().zip(random).for_each(|(byte, random)| *byte = random);
    }
    bytes
}

/// The same in lower-case hex.
pub fn random_hex<const N: usize>() -> String {
    digest::hex(&random::<N>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_seeds_are_never_the_same() {
        let seeds: std::collections::BTreeSet<String> = (0..100).map(|_| random_hex::<16>()).collect();
        assert_eq!(seeds.len(), 100);
    }
}
