//! The way back from the working tree to the base, in search of the commit that brought a change.
//!
//! At a merge the parent that already has the value is followed; if none has, the merge itself brought
//! it. A commit whose policy cannot be read is passed over: what it said is not known. A walk that
//! comes to no end says so, and names nobody.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use super::super::snapshot;
use super::committed::Committed;
use super::question::Question;
use super::rows::{
    Brought, CUT_OFF, NOT_FOUND, Place, Row, Seen, TOO_FAR, UNCOMMITTED, UNREAD, direction, folded,
};
use crate::evidence::policy::{Change, Direction, Snapshot, TracedChange, Value};
use crate::workspace::git::history::{Graph, History, Told, join};

/// So many policies of the past are read at most, for all changes together.
const POLICIES: usize = 3000;
/// Merges that git left out are gone through up to so many commits.
const ALL_COMMITS: usize = 1000;

/// A place that differs from what came before it.
struct Step {
    commit: Option<String>,
    before: Vec<Seen>,
    after: Seen,
    /// Whether one side of a merge had it already, since before the base.
    taken_over: bool,
}

/// A search through the commits since the base.
pub(super) struct Walk<'a> {
    history: &'a History<'a>,
    members: &'a [String],
    base_commit: &'a str,
    base: Rc<Snapshot>,
    current: Rc<Snapshot>,
    policies: HashMap<(String, String), Rc<Snapshot>>,
    graphs: HashMap<(String, String, Vec<String>), Rc<Graph>>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        history: &'a History<'a>,
        members: &'a [String],
        base_commit: &'a str,
        base: Snapshot,
        current: Snapshot,
    ) -> Self {
        Walk {
            history,
            members,
            base_commit,
            base: Rc::new(base),
            current: Rc::new(current),
            policies: HashMap::new(),
            graphs: HashMap::new(),
        }
    }

    /// The change with its commit; or its parts, where several commits have their share in it.
    pub(super) fn trace(&mut self, change: &Change) -> Vec<TracedChange> {
        let entries = Question::entries(change, &self.base, &self.current);
        if entries.is_empty() {
            let question = Question::whole(change);
            return self.rows(&question).iter().map(|row| self.told(&question, row, change)).collect();
        }
        // Entries of one commit are told together.
        let mut together: BTreeMap<(Direction, Brought), Vec<(Question<'_>, Row)>> = BTreeMap::new();
        for question in entries {
            for row in self.rows(&question) {
                let Some(direction) = direction(&question, &row.from, &row.to) else { continue };
                together.entry((direction, row.brought.clone())).or_default().push((question.clone(), row));
            }
        }
        let whole = Question::whole(change);
        let union = |seen: &dyn Fn(&Row) -> Option<Value>, rows: &[(Question<'_>, Row)]| {
            let sets = rows.iter().filter_map(|(_, row)| match seen(row) {
                Some(Value::Set(set)) => Some(set),
                _ => None,
            });
            Some(Value::Set(sets.flatten().collect()))
        };
        let mut traced = Vec::new();
        for ((direction, brought), rows) in together {
            let from = union(&|row| row.from.value.clone(), &rows);
            let to = union(&|row| row.to.value.clone(), &rows);
            let change = whole.part(&from, &to, direction);
            traced.push(self.with_commit(change, &brought));
        }
        traced.sort_by(|one, other| {
            let place = |traced: &TracedChange| (traced.change.direction, traced.change.told.clone());
            place(one).cmp(&place(other))
        });
        traced
    }

    fn told(&self, question: &Question<'_>, row: &Row, whole: &Change) -> TracedChange {
        let change = if row.from.value == whole.from && row.to.value == whole.to {
            whole.clone()
        } else {
            let direction = direction(question, &row.from, &row.to).unwrap_or(whole.direction);
            question.part(&row.from.value, &row.to.value, direction)
        };
        self.with_commit(change, &row.brought)
    }

    fn with_commit(&self, change: Change, brought: &Brought) -> TracedChange {
        let found = match brought {
            Brought::By(commit) => self.history.facts(commit).map_err(|_| UNREAD),
            Brought::NotBy(why) => Err(*why),
        };
        let (commit, untraced) = match found {
            Ok(facts) => (Some(facts), String::new()),
            Err(why) => (None, why.to_owned()),
        };
        TracedChange { change, commit, untraced }
    }

    /// The parts of a change, oldest first, each with what brought it.
    fn rows(&mut self, question: &Question<'_>) -> Vec<Row> {
        let root = Place { commit: None, folder: self.history.folder().to_owned(), graph: Rc::default() };
        let end = |policy: &Rc<Snapshot>| {
            let value = question.value(policy).flatten();
            Seen { place: root.clone(), policy: Rc::clone(policy), value }
        };
        let (base, current) = (end(&self.base), end(&self.current));
        let whole = |brought| vec![Row { from: base.clone(), to: current.clone(), brought }];
        let laxer = direction(question, &base, &current) == Some(Direction::Laxer);
        let mut steps: Vec<(Seen, Seen, Brought)> = Vec::new();
        let mut next = Some(current.clone());
        let mut rest = NOT_FOUND;
        while let Some(from) = next.take() {
            let step = match self.step(question, from) {
                Ok(Some(step)) => step,
                Ok(None) => {
                    rest = if self.history.is_shallow() { CUT_OFF } else { NOT_FOUND };
                    break;
                }
                Err(why) => {
                    rest = why;
                    break;
                }
            };
            let brought = step.commit.map_or(Brought::NotBy(UNCOMMITTED), Brought::By);
            if !laxer {
                return whole(brought);
            }
            let is_lax = |seen: &&Seen| direction(question, &base, seen) == Some(Direction::Laxer);
            let lax = step.before.iter().find(is_lax).cloned();
            let before = lax.clone().or_else(|| step.before.first().cloned()).unwrap_or_else(|| base.clone());
            steps.push((before, step.after, brought));
            if lax.is_none() {
                return folded(question, &base, &current, steps, None);
            }
            next = lax;
        }
        folded(question, &base, &current, steps, Some(rest))
    }

    /// The next place, going back, that differs from all that comes before it.
    fn step(&mut self, question: &Question<'_>, from: Seen) -> Result<Option<Step>, &'static str> {
        if let Some(step) = self.search(question, from.clone(), false)?
            && self.did_it(question, &step)?
        {
            return Ok(Some(step));
        }
        // It came by another file: one that a link leads to, or that makes this one governed.
        self.search(question, from, true)
    }

    /// Whether the commit itself did it, and none that the way went past.
    fn did_it(&mut self, question: &Question<'_>, step: &Step) -> Result<bool, &'static str> {
        let Some(commit) = step.commit.as_ref().filter(|_| !step.taken_over) else { return Ok(true) };
        for parent in self.history.parents(commit).map_err(|_| UNREAD)? {
            let policy = self.policy(&parent, &step.after.place.folder)?;
            if question.value(&policy).as_ref() == Some(&step.after.value) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn search(
        &mut self,
        question: &Question<'_>,
        mut from: Seen,
        all: bool,
    ) -> Result<Option<Step>, &'static str> {
        if all && let Some(commit) = from.place.commit.clone() {
            from.place = self.place(question, &commit, &from.place.folder, true)?;
        }
        let mut open = vec![from];
        let mut known = HashSet::new();
        let mut merge = None;
        while let Some(seen) = open.pop() {
            if !known.insert((seen.place.commit.clone(), seen.place.folder.clone())) {
                continue;
            }
            let before = self.before(question, &seen, all)?;
            let (same, other): (Vec<Seen>, Vec<Seen>) =
                before.into_iter().partition(|one| one.value == seen.value);
            let taken_over = !same.is_empty();
            let step =
                |before| Step { commit: seen.place.commit.clone(), before, after: seen.clone(), taken_over };
            match (same.is_empty(), other.is_empty()) {
                (true, false) => return Ok(Some(step(other))),
                // It took over what one side had since before the base, against the other side.
                (false, false) => merge = Some(step(other)),
                // History ends here. In a whole one this is its very first commit.
                (true, true) => continue,
                (false, true) => {}
            }
            open.extend(same.into_iter().rev());
        }
        Ok(merge)
    }

    /// What comes right before a place, with what cannot be read passed over.
    fn before(&mut self, question: &Question<'_>, seen: &Seen, all: bool) -> Result<Vec<Seen>, &'static str> {
        let mut found = Vec::new();
        let mut open = self.places_before(question, &seen.place, all)?;
        open.reverse();
        let mut known = HashSet::new();
        while let Some(place) = open.pop() {
            let Some(commit) = place.commit.clone() else { continue };
            if !known.insert((commit.clone(), place.folder.clone())) {
                continue;
            }
            let policy = self.policy(&commit, &place.folder)?;
            match question.value(&policy) {
                Some(value) => found.push(Seen { place, policy, value }),
                None => open.extend(self.places_before(question, &place, all)?.into_iter().rev()),
            }
        }
        Ok(found)
    }

    fn places_before(
        &mut self,
        question: &Question<'_>,
        place: &Place,
        all: bool,
    ) -> Result<Vec<Place>, &'static str> {
        let Some(commit) = &place.commit else {
            let head = self.history.head().to_owned();
            return Ok(vec![self.place(question, &head, &place.folder, all)?]);
        };
        let parents = match place.graph.parents.get(commit) {
            Some(parents) => parents.clone(),
            // The commit itself touched nothing of it: the first that did has the same.
            None => match place.graph.commits.first().cloned().filter(|first| first != commit) {
                Some(first) if !self.is_end(place, commit) => vec![first],
                _ => return Ok(Vec::new()),
            },
        };
        let mut places = Vec::new();
        for parent in parents {
            if self.history.has_workspace(&parent, &place.folder).map_err(|_| UNREAD)? {
                places.push(Place { commit: Some(parent), ..place.clone() });
                continue;
            }
            // It was not there yet: it came from elsewhere, or is new. Only its own parents tell.
            for parent in self.history.parents(commit).map_err(|_| UNREAD)? {
                let moved = self.history.moved_from(commit, &parent, &place.folder).map_err(|_| UNREAD)?;
                let folder = moved.unwrap_or_else(|| place.folder.clone());
                places.push(self.place(question, &parent, &folder, all)?);
            }
            break;
        }
        Ok(places)
    }

    /// Whether the way ends at a commit that its graph does not hold: the base has it as well.
    fn is_end(&self, place: &Place, commit: &str) -> bool {
        place.graph.parents.values().any(|parents| parents.iter().any(|parent| parent == commit))
    }

    /// A commit with the graph of what comes before it.
    fn place(
        &mut self,
        question: &Question<'_>,
        commit: &str,
        folder: &str,
        all: bool,
    ) -> Result<Place, &'static str> {
        let paths: Vec<String> =
            if all { Vec::new() } else { question.paths().iter().map(|path| join(folder, path)).collect() };
        let key = (commit.to_owned(), folder.to_owned(), paths);
        let graph = match self.graphs.get(&key) {
            Some(graph) => Rc::clone(graph),
            None => {
                let told: Told<Graph> = self.history.graph(commit, self.base_commit, &key.2);
                let graph = Rc::new(told.map_err(|_| UNREAD)?);
                self.graphs.insert(key, Rc::clone(&graph));
                graph
            }
        };
        if all && graph.parents.len() > ALL_COMMITS {
            return Err(TOO_FAR);
        }
        Ok(Place { commit: Some(commit.to_owned()), folder: folder.to_owned(), graph })
    }

    fn policy(&mut self, commit: &str, folder: &str) -> Result<Rc<Snapshot>, &'static str> {
        let key = (commit.to_owned(), folder.to_owned());
        if let Some(policy) = self.policies.get(&key) {
            return Ok(Rc::clone(policy));
        }
        if self.policies.len() >= POLICIES {
            return Err(TOO_FAR);
        }
        let files = Committed::new(self.history, commit, folder);
        let policy = Rc::new(snapshot::take_with_budgets(&files, self.members));
        if files.failure().is_some() {
            return Err(UNREAD);
        }
        self.policies.insert(key, Rc::clone(&policy));
        Ok(policy)
    }
}
