//! Verdicts: whether a reader of one shape reads what a writer of another wrote.

use crate::evidence::budgets::{Compat, Reads};

/// Both verdicts: of the old reader, of the new one.
pub(super) type Verdicts = (Compat, Compat);

pub(super) fn yes() -> Compat {
    yes_but(String::new())
}

/// It reads, and there is something to be said.
pub(super) fn yes_but(why: impl Into<String>) -> Compat {
    Compat { verdict: Reads::Yes, why: why.into() }
}

pub(super) fn depends(why: impl Into<String>) -> Compat {
    Compat { verdict: Reads::Depends, why: why.into() }
}

pub(super) fn no(why: impl Into<String>) -> Compat {
    Compat { verdict: Reads::No, why: why.into() }
}

impl Compat {
    /// Whether all of it is read.
    pub(super) fn is_yes(&self) -> bool {
        self.verdict == Reads::Yes
    }

    /// The graver of two; the first of equals, but one with a reason before one without.
    pub(super) fn and(self, other: Compat) -> Compat {
        let graver = other.verdict > self.verdict;
        if graver || (other.verdict == self.verdict && self.why.is_empty()) { other } else { self }
    }

    /// The same, but `No` where it is not read becomes `Depends`: only some of the data is like this.
    pub(super) fn of_some(self) -> Compat {
        if self.verdict == Reads::No { depends(self.why) } else { self }
    }
}

/// Makes the verdicts of single steps fit that of the whole: none is graver, and the last is as grave where
/// no other is. For steps go over shapes that nobody ever had.
pub(super) fn fit(steps: &mut [Verdicts], whole: &Verdicts) {
    fit_side(steps.iter_mut().map(|step| &mut step.0).collect(), &whole.0);
    fit_side(steps.iter_mut().map(|step| &mut step.1).collect(), &whole.1);
}

fn fit_side(mut steps: Vec<&mut Compat>, whole: &Compat) {
    for step in steps.iter_mut().filter(|step| step.verdict > whole.verdict) {
        **step = whole.clone();
    }
    let as_grave = steps.iter().any(|step| step.verdict == whole.verdict);
    if let Some(last) = steps.last_mut().filter(|_| !as_grave) {
        **last = whole.clone();
    }
}

/// The gravest of many.
pub(super) fn all(verdicts: impl IntoIterator<Item = Compat>) -> Compat {
    verdicts.into_iter().fold(yes(), Compat::and)
}
