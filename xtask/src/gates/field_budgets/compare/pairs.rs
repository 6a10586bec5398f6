//! Which of the old is which of the new: first what says so itself, then what stands in the same place.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// Pairs that were found between two lists, in several passes from sure to likely.
pub(super) struct Pairs<'a, T> {
    old: &'a [T],
    new: &'a [T],
    /// For each of the new its old one.
    of_new: Vec<Option<usize>>,
    /// For each of the old its new one.
    of_old: Vec<Option<usize>>,
}

impl<'a, T> Pairs<'a, T> {
    pub(super) fn new(old: &'a [T], new: &'a [T]) -> Self {
        Pairs { old, new, of_new: vec![None; new.len()], of_old: vec![None; old.len()] }
    }

    /// Pairs what has no partner yet and a key in common, in order.
    pub(super) fn by<K, N>(&mut self, old: impl Fn(&'a T) -> Option<K>, new: impl Fn(&'a T) -> N)
    where
        K: Hash + Eq,
        N: IntoIterator<Item = K>,
    {
        let (olds, news) = (self.old, self.new);
        self.pass(|at| old(&olds[at]), |at| new(&news[at]));
    }

    /// Pairs what stands after the same pair, or at the beginning of both, and has the same content.
    pub(super) fn by_place<K: Hash + Eq>(&mut self, content: impl Fn(&T) -> K) {
        let before = |partners: &[Option<usize>], own: bool| {
            let mut last = None;
            let anchors = partners.iter().enumerate().map(|(at, partner)| {
                let anchor = last;
                if let Some(partner) = partner {
                    last = Some(if own { at } else { *partner });
                }
                anchor
            });
            anchors.collect::<Vec<Option<usize>>>()
        };
        let (of_old, of_new) = (before(&self.of_old, false), before(&self.of_new, true));
        let (olds, news) = (self.old, self.new);
        self.pass(|at| Some((of_old[at], content(&olds[at]))), |at| Some((of_new[at], content(&news[at]))));
    }

    fn pass<K: Hash + Eq, N: IntoIterator<Item = K>>(
        &mut self,
        old: impl Fn(usize) -> Option<K>,
        new: impl Fn(usize) -> N,
    ) {
        let mut free: HashMap<K, VecDeque<usize>> = HashMap::new();
        for at in self.gone() {
            if let Some(key) = old(at) {
                free.entry(key).or_default().push_back(at);
            }
        }
        if free.is_empty() {
            return;
        }
        for at in self.added() {
            let partner = new(at).into_iter().find_map(|key| free.get_mut(&key)?.pop_front());
            if let Some(partner) = partner {
                self.of_new[at] = Some(partner);
                self.of_old[partner] = Some(at);
            }
        }
    }

    /// Those of the old without a partner.
    pub(super) fn gone(&self) -> Vec<usize> {
        without(&self.of_old)
    }

    /// Those of the new without a partner.
    pub(super) fn added(&self) -> Vec<usize> {
        without(&self.of_new)
    }

    /// For each of the new its old one.
    pub(super) fn of_new(&self) -> impl Iterator<Item = Option<usize>> {
        self.of_new.iter().copied()
    }

    /// For each of the old its new one.
    pub(super) fn of_old(&self) -> impl Iterator<Item = Option<usize>> {
        self.of_old.iter().copied()
    }

    /// Each of the new, with its partner among the old.
    pub(super) fn news(&self) -> impl Iterator<Item = (Option<&'a T>, &'a T)> {
        self.new.iter().zip(&self.of_new).map(|(new, old)| (old.and_then(|at| self.old.get(at)), new))
    }

    /// The place of the last of the new that has a partner.
    pub(super) fn last(&self) -> Option<usize> {
        self.of_new.iter().rposition(Option::is_some)
    }

    /// The first that stands where another stood, and that other, both as they are now; `None` if the
    /// order is the same.
    pub(super) fn reordered(&self) -> Option<(&'a T, &'a T)> {
        let now = self.of_old.iter().flatten();
        let mut sorted: Vec<usize> = now.clone().copied().collect();
        sorted.sort_unstable();
        let (was, is) = now.zip(sorted).find(|(was, is)| *was != is)?;
        Some((self.new.get(is)?, self.new.get(*was)?))
    }
}

fn without(partners: &[Option<usize>]) -> Vec<usize> {
    partners.iter().enumerate().filter(|(_, partner)| partner.is_none()).map(|(at, _)| at).collect()
}
