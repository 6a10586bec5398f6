//! Keys of settings name by name, and patterns over them.

/// The names that a key is made of, without quotes. What stands in brackets behind the topic says
/// whose file it is, and is no part of the meaning.
pub(crate) fn names(key: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut rest = key;
    if let (Some(open), Some(close)) = (key.find('('), key.find(").")) {
        let quoted = key[..open].contains(['.', '"']);
        if !quoted && open < close {
            names = vec![key[..open].to_owned()];
            rest = &key[close + 1..];
        }
    }
    let (mut quoted, mut escaped) = (false, false);
    for c in rest.chars() {
        let last = names.last_mut();
        match c {
            _ if escaped => {
                escaped = false;
                last.into_iter().for_each(|name| name.push(c));
            }
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '.' if !quoted => names.push(String::new()),
            _ => last.into_iter().for_each(|name| name.push(c)),
        }
    }
    names
}

/// Whether names fit a pattern such as `stages.*.gates.*` or `clippy.*-threshold`: a star stands for
/// any text within a name, and `**` at the end for any number of names.
pub(super) fn fits(pattern: &str, names: &[String]) -> bool {
    let mut rest = names.iter();
    for part in pattern.split('.') {
        if part == "**" {
            return true;
        }
        if !rest.next().is_some_and(|name| part_fits(part, name)) {
            return false;
        }
    }
    rest.next().is_none()
}

fn part_fits(part: &str, name: &str) -> bool {
    match part.split_once('*') {
        None => part == name,
        Some((head, tail)) => {
            name.len() >= head.len() + tail.len() && name.starts_with(head) && name.ends_with(tail)
        }
    }
}
