//! Placeholders in the texts that a service or a request is given: `{port}`, `{port:NAME}`, `{secret}`,
//! `{secret:NAME}`, `{request_id}`, `{dir}` and `{otlp}`. Every other brace stands for itself.

use crate::diagnostics::{nearest, shown};

use super::super::values::Bad;

/// What stands for something that only the run knows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Placeholder {
    /// A free port; of one name always the same. The name may be empty.
    Port(String),
    /// A text made up for this run, which must never be given out; of one name always the same.
    Secret(String),
    /// A text of its own for each request.
    RequestId,
    /// A folder for the files of this run, which is gone afterwards.
    Dir,
    /// The address of the receiver of spans, such as `http://127.0.0.1:4318`.
    Otlp,
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece<'t> {
    /// As it stands.
    Text(&'t str),
    /// To be put in.
    Placeholder(Placeholder),
}

const WORDS: [&str; 5] = ["port", "secret", "request_id", "dir", "otlp"];

/// Takes a text apart.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    let mut from = 0;
    while let Some(open) = rest[from..].find('{').map(|at| from + at) {
        let end = rest[open..].find('}').map(|at| open + at);
        let Some((end, placeholder)) = end.and_then(|end| Some((end, read(&rest[open + 1..end])?))) else {
            from = open + 1;
            continue;
        };
        if open > 0 {
            pieces.push(Piece::Text(&rest[..open]));
        }
        pieces.push(Piece::Placeholder(placeholder));
        rest = &rest[end + 1..];
        from = 0;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// The placeholders of a text.
pub fn placeholders(text: &str) -> impl Iterator<Item = Placeholder> {
    pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Placeholder(placeholder) => Some(placeholder),
        Piece::Text(_) => None,
    })
}

/// The text with every placeholder put in.
pub fn fill(text: &str, value: &dyn Fn(&Placeholder) -> String) -> String {
    let put = |piece| match piece {
        Piece::Text(text) => text.to_owned(),
        Piece::Placeholder(placeholder) => value(&placeholder),
    };
    pieces(text).into_iter().map(put).collect()
}

fn read(inner: &str) -> Option<Placeholder> {
    let name = |text: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        (!text.is_empty() && text.len() <= 64 && text.chars().all(plain)).then(|| text.to_owned())
    };
    match inner.split_once(':') {
        None if inner == "port" => Some(Placeholder::Port(String::new())),
        None if inner == "secret" => Some(Placeholder::Secret(String::new())),
        None if inner == "request_id" => Some(Placeholder::RequestId),
        None if inner == "dir" => Some(Placeholder::Dir),
        None if inner == "otlp" => Some(Placeholder::Otlp),
        Some(("port", rest)) => name(rest).map(Placeholder::Port),
        Some(("secret", rest)) => name(rest).map(Placeholder::Secret),
        _ => None,
    }
}

/// Refuses what looks like a misspelt placeholder, such as `{prot}`.
pub(in crate::settings) fn strict(text: &str) -> Result<(), Bad> {
    for piece in pieces(text) {
        let Piece::Text(text) = piece else { continue };
        for (open, _) in text.match_indices('{') {
            let Some((inner, _)) = text[open + 1..].split_once('}') else { continue };
            let word = inner.split(':').next().unwrap_or_default();
            if word.is_empty() || !word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                continue;
            }
            let help = match nearest(word, WORDS) {
                Some(near) => format!("did you mean `{{{near}}}`?"),
                None => {
                    "there are {port}, {port:NAME}, {secret}, {secret:NAME}, {request_id}, {dir} and {otlp}"
                        .into()
                }
            };
            return Err((format!("{} is no placeholder", shown(&format!("{{{inner}}}"))), help));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_apart_and_other_braces_stay() {
        let text = r#"{"a":{port}} {port:metrics}{secret:x y}{request_id"#;
        let expected = vec![
            Piece::Text(r#"{"a":"#),
            Piece::Placeholder(Placeholder::Port(String::new())),
            Piece::Text("} "),
            Piece::Placeholder(Placeholder::Port("metrics".into())),
            Piece::Text("{secret:x y}{request_id"),
        ];
        assert_eq!(pieces(text), expected);
        let filled = fill(text, &|placeholder| match placeholder {
            Placeholder::Port(name) => format!("<{name}>"),
            _ => panic!("{placeholder:?}"),
        });
        assert_eq!(filled, r#"{"a":<>} <metrics>{secret:x y}{request_id"#);
        assert_eq!(pieces(""), vec![]);
    }

    #[test]
    fn a_misspelt_placeholder_is_refused_where_braces_mean_nothing_else() {
        assert!(strict("--port={port} {dir}/x").is_ok());
        let (message, help) = strict("{prot}").unwrap_err();
        assert_eq!(
            (message.as_str(), help.as_str()),
            ("`{prot}` is no placeholder", "did you mean `{port}`?")
        );
        assert!(strict("/orders/{id}").is_err() && strict("{port:a b}").is_err());
        assert!(strict(r#"{"a":1}{}"#).is_ok());
    }
}
