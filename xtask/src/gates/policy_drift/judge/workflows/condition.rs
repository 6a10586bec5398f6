//! What an `if:` comes to when something before it did not succeed.
//!
//! A small reader of GitHub's expressions with three answers: true, false, or not known before it runs.
//! Without a function that asks for the status, GitHub adds `success() &&` by itself. Source: the
//! documentation of expressions and of `jobs.<job_id>.if` in GitHub Actions.

/// Functions that take the place of the `success()` that GitHub adds.
const STATUS: &[&str] = &["success", "always", "failure", "cancelled"];
/// How deep brackets and negations may nest; what is deeper is not known.
const DEPTH: usize = 32;

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Expr {
    /// A call with the text of its arguments.
    Call(String, String),
    /// A name, a number, or a path such as `needs.gate.result`.
    Name(String),
    Text(String),
    Not(Box<Expr>),
    All(Vec<Expr>),
    Any(Vec<Expr>),
    /// `==`, `!=` and the other comparisons.
    Compared(Box<Expr>, String, Box<Expr>),
}

/// Whether what has this condition may go on although something that it waits for did not succeed.
/// `failed` are the paths that then hold anything but `success`.
pub(super) fn regardless(condition: &str, failed: &[String]) -> bool {
    let plain = plain(condition);
    match parse(&plain) {
        Some(expr) => asks(&expr) && value(&expr, &Assumed { success: false, failed }).unwrap_or(true),
        // Not understood: only what names no such function has `success()` added.
        None => STATUS.iter().any(|name| plain.contains(name)),
    }
}

/// Whether what has this condition may be skipped although nothing failed.
pub(super) fn skips(condition: &str) -> bool {
    let assumed = Assumed { success: true, failed: &[] };
    parse(&plain(condition)).and_then(|expr| value(&expr, &assumed)) != Some(true)
}

/// Whether the first condition holds wherever the second does: each part of it is a part of the other.
pub(super) fn implied(first: &str, second: &str) -> bool {
    let parts = |text: &str| match parse(&plain(text)) {
        Some(Expr::All(parts)) => Some(parts),
        other => other.map(|one| vec![one]),
    };
    let (Some(first), Some(second)) = (parts(first), parts(second)) else { return false };
    first.iter().all(|part| second.contains(part))
}

struct Assumed<'a> {
    success: bool,
    failed: &'a [String],
}

/// Without the brackets of `${{ … }}`, in lower case, as GitHub compares without regard to case.
fn plain(condition: &str) -> String {
    let text = condition.trim().to_lowercase();
    match text.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")) {
        Some(inner) if !inner.contains("${{") => inner.trim().to_owned(),
        _ => text,
    }
}

fn parse(text: &str) -> Option<Expr> {
    let mut parser = Parser { rest: text };
    let expr = parser.any(DEPTH)?;
    parser.blanks();
    parser.rest.is_empty().then_some(expr)
}

struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    fn blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, mark: &str) -> bool {
        self.blanks();
        let rest = self.rest.strip_prefix(mark);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn any(&mut self, depth: usize) -> Option<Expr> {
        let mut parts = vec![self.all(depth)?];
        while self.eat("||") {
            parts.push(self.all(depth)?);
        }
        if parts.len() == 1 { parts.pop() } else { Some(Expr::Any(parts)) }
    }

    fn all(&mut self, depth: usize) -> Option<Expr> {
        let mut parts = vec![self.compared(depth)?];
        while self.eat("&&") {
            parts.push(self.compared(depth)?);
        }
        if parts.len() == 1 { parts.pop() } else { Some(Expr::All(parts)) }
    }

    fn compared(&mut self, depth: usize) -> Option<Expr> {
        let left = self.one(depth)?;
        for sign in ["==", "!=", "<=", ">=", "<", ">"] {
            if self.eat(sign) {
                let right = self.one(depth)?;
                return Some(Expr::Compared(Box::new(left), sign.to_owned(), Box::new(right)));
            }
        }
        Some(left)
    }

    fn one(&mut self, depth: usize) -> Option<Expr> {
        let depth = depth.checked_sub(1)?;
        if self.eat("!") {
            return Some(Expr::Not(Box::new(self.one(depth)?)));
        }
        if self.eat("(") {
            let inner = self.any(depth)?;
            return self.eat(")").then_some(inner);
        }
        if self.eat("'") {
            let (text, rest) = self.rest.split_once('\'')?;
            self.rest = rest;
            return Some(Expr::Text(text.to_owned()));
        }
        let own = |c: char| c.is_alphanumeric() || "_-.*".contains(c);
        let end = self.rest.find(|c| !own(c)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at_checked(end).filter(|(name, _)| !name.is_empty())?;
        self.rest = rest;
        let mut name = name.to_owned();
        while self.eat("[") {
            // `needs['gate'].result` is `needs.gate.result`.
            let (key, rest) = self.rest.split_once(']')?;
            let end = rest.find(|c| !own(c)).unwrap_or(rest.len());
            let (more, rest) = rest.split_at_checked(end)?;
            name = format!("{name}.{}{more}", key.trim().trim_matches('\''));
            self.rest = rest;
        }
        if self.eat("(") {
            return Some(Expr::Call(name, self.arguments()?));
        }
        Some(Expr::Name(name))
    }

    /// The text up to the bracket that closes a call.
    fn arguments(&mut self) -> Option<String> {
        let (mut depth, mut quoted) = (1_usize, false);
        for (at, c) in self.rest.char_indices() {
            match c {
                '\'' => quoted = !quoted,
                '(' if !quoted => depth += 1,
                ')' if !quoted => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                let (inside, rest) = self.rest.split_at_checked(at)?;
                self.rest = rest.get(1..).unwrap_or_default();
                return Some(inside.trim().to_owned());
            }
        }
        None
    }
}

/// Whether a condition asks for the status itself.
fn asks(expr: &Expr) -> bool {
    match expr {
        Expr::Call(name, arguments) => {
            STATUS.contains(&name.as_str()) || STATUS.iter().any(|status| arguments.contains(status))
        }
        Expr::Name(_) | Expr::Text(_) => false,
        Expr::Not(inner) => asks(inner),
        Expr::All(parts) | Expr::Any(parts) => parts.iter().any(asks),
        Expr::Compared(left, _, right) => asks(left) || asks(right),
    }
}

/// Whether it holds; nothing if that is not known.
fn value(expr: &Expr, assumed: &Assumed<'_>) -> Option<bool> {
    match expr {
        Expr::Call(name, _) => match name.as_str() {
            "always" => Some(true),
            "success" => Some(assumed.success),
            // Nothing failed and nothing was cancelled.
            "failure" | "cancelled" if assumed.success => Some(false),
            _ => None,
        },
        Expr::Name(name) if name == "true" => Some(true),
        Expr::Name(name) if name == "false" => Some(false),
        Expr::Name(_) | Expr::Text(_) => None,
        Expr::Not(inner) => value(inner, assumed).map(|holds| !holds),
        Expr::All(parts) => {
            let mut values = parts.iter().map(|part| value(part, assumed));
            // One that is false decides, wherever it stands.
            values
                .try_fold(true, |all, one| match one {
                    Some(false) => Err(()),
                    Some(true) => Ok(all),
                    None => Ok(false),
                })
                .map_or(Some(false), |all| all.then_some(true))
        }
        Expr::Any(parts) => {
            let values: Vec<Option<bool>> = parts.iter().map(|part| value(part, assumed)).collect();
            if values.contains(&Some(true)) {
                Some(true)
            } else if values.contains(&None) {
                None
            } else {
                Some(false)
            }
        }
        Expr::Compared(left, sign, right) => {
            let (Expr::Name(path), Expr::Text(text)) = (&**left, &**right) else { return None };
            (assumed.failed.contains(path) && text == "success").then_some(sign == "!=")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_on_after_a_failure_is_told_from_what_does_not() {
        let failed = ["needs.gate.result".to_owned()];
        for (condition, expected) in [
            ("github.ref == 'refs/heads/main'", false),
            ("success()", false),
            ("success() && github.ref_type == 'tag'", false),
            ("always()", true),
            ("${{ ALWAYS ( ) }}", true),
            ("failure()", true),
            ("! success()", true),
            ("!cancelled()", true),
            ("!failure() && !cancelled()", true),
            ("success() || github.actor == 'x'", true),
            ("inputs.force || always() && needs.gate.result == 'success'", true),
            ("(success() || inputs.force) && github.ref_type == 'tag'", true),
            ("always() && needs.gate.result == 'success'", false),
            ("${{ !cancelled() && needs['gate'].result == 'success' && (a || b) }}", false),
            ("always() && needs.gate.result != 'success'", true),
            ("always() && needs.gate.result != 'failure'", true),
            ("always() && needs.other.result == 'success'", true),
            ("always() && (needs.gate.result == 'success' || needs.gate.result == 'skipped')", true),
            ("always() && !contains(needs.*.result, 'failure')", true),
            ("always() && false", false),
            ("${{ always() }} && x", true),
            ("contains(github.ref, 'x')", false),
            ("always() &&", true),
            ("'always()' == inputs.x", false),
            ("", false),
        ] {
            assert_eq!(regardless(condition, &failed), expected, "{condition}");
        }
        assert!(regardless(&format!("{}always()", "!(".repeat(10_000)), &[]));
        assert!(regardless(&"always() && ".repeat(10_000), &[]));
    }

    #[test]
    fn what_may_be_skipped_is_told_and_who_is_skipped_with_it() {
        for (condition, expected) in [
            ("always()", false),
            ("success()", false),
            ("!cancelled()", false),
            ("${{ true }}", false),
            ("github.ref_type == 'tag'", true),
            ("always() && github.ref_type == 'tag'", true),
            ("failure()", true),
            ("false", true),
            ("(", true),
        ] {
            assert_eq!(skips(condition), expected, "{condition}");
        }
        for (first, second, expected) in [
            ("github.ref_type == 'tag'", "${{ github.ref_type=='tag' }}", true),
            ("a && b", "b && c && a", true),
            ("a", "a || b", false),
            ("a && b", "a", false),
            ("(", "(", false),
        ] {
            assert_eq!(implied(first, second), expected, "{first} / {second}");
        }
    }
}
