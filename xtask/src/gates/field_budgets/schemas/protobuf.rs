//! Protocol Buffers: proto2, proto3, and editions 2023 and 2024.
//!
//! Contracts are messages, enums and blocks of `extend`; services are none. Imports are not followed, so
//! types stand as they are written, and whether a type is a message or an enum is not known: without a
//! label a field of either is optional. Options stand in the type of a field or in the constraints of a
//! message, but for those that change no byte and no value (`deprecated`, `ctype`, …); features of editions
//! are inherited from what stands before.
//!
//! The parser is ours. Of those on crates.io `protox-parse` is the best kept; it costs 26 s of CPU time
//! on top of 179 s for the whole tool, knows no editions, and gives descriptors that lack what is written.

mod lexer;
mod parse;
#[cfg(test)]
mod tests;
mod words;

use std::collections::HashMap;

use super::{Reading, Source};
use crate::evidence::contracts::Contract;

/// Reads the files of one package.
pub(super) fn read<'s>(sources: impl Iterator<Item = &'s Source<'s>>, reading: &mut Reading) {
    let mut extensions: HashMap<String, Contract> = HashMap::new();
    for source in sources {
        let (contracts, problems) = parse::parse(source.file, &source.text);
        for (line, message) in problems {
            reading.problem(source.file, line, message, "correct it; protoc tells the same");
        }
        for contract in contracts {
            if !contract.name.ends_with(')') {
                reading.contracts.push(contract);
                continue;
            }
            // One message may be extended in many files.
            match extensions.get_mut(&contract.name) {
                Some(first) => {
                    let line = first.line;
                    let same = first.file == contract.file;
                    let fields = contract.fields.into_iter();
                    first.fields.extend(fields.map(|mut field| {
                        field.line = if same { field.line } else { line };
                        field
                    }));
                }
                None => drop(extensions.insert(contract.name.clone(), contract)),
            }
        }
    }
    reading.contracts.extend(extensions.into_values());
}
