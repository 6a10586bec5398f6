//! What is found, in which form, on which line; and what is not.

use super::{Searcher, Secret};

fn searcher(value: &str) -> Searcher {
    Searcher::new(&[Secret { name: "the key".into(), value: value.into() }])
}

/// `FORM@LINExTIMES` for each leak, in whatever pieces the bytes come.
fn forms(value: &str, text: &str) -> String {
    forms_of(&searcher(value), text.as_bytes())
}

fn forms_of(searcher: &Searcher, bytes: &[u8]) -> String {
    let told = |leaks: Vec<super::Leak>| {
        leaks
            .iter()
            .map(|leak| format!("{}@{}x{}", leak.form, leak.line, leak.times))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let whole = told(searcher.search("stdout", bytes));
    for size in [1, 2, 3, 7, 64] {
        let mut search = searcher.stream();
        bytes.chunks(size).for_each(|chunk| search.take(chunk));
        assert_eq!(told(search.finish("stdout")), whole, "in pieces of {size}");
    }
    whole
}

const KEY: &str = "s3cr3t-T0ken/9+x=";

#[test]
fn it_is_found_as_it_is() {
    assert_eq!(forms(KEY, "a\nb s3cr3t-T0ken/9+x= c\n"), "plain@2x1");
    assert_eq!(forms(KEY, "s3cr3t-T0ken/9+x=s3cr3t-T0ken/9+x="), "plain@1x2");
    assert_eq!(forms(KEY, "x-s3cr3t-T0ken/9+x"), "");
    assert_eq!(forms(KEY, "S3CR3T-T0KEN/9+X="), "");
    assert_eq!(forms("aaaaaa", "aaaaaaaaaaaaa"), "plain@1x2");
    assert_eq!(forms("abc", "xabcx"), "plain@1x1");
    assert_eq!(forms("", "x"), "");
    assert_eq!(forms("h\u{e9}llo w\u{f6}rld", "say h\u{e9}llo w\u{f6}rld"), "plain@1x1");
}

#[test]
fn of_two_secrets_each_is_told_by_its_name() {
    let secret = |name: &str, value: &str| Secret { name: name.into(), value: value.into() };
    let both = Searcher::new(&[secret("one", "abcdef"), secret("two", "cdefgh"), secret("three", "zzzzzz")]);
    let leaks = both.search("metrics", b"\nabcdefgh");
    let told: Vec<_> =
        leaks.iter().map(|leak| (leak.secret.as_str(), leak.place.as_str(), leak.line)).collect();
    assert_eq!(told, [("one", "metrics", 2), ("two", "metrics", 2)]);
    assert_eq!(both.search("spans", b"\nabcdef").first().map(|leak| leak.line), Some(0));
    assert_eq!(both.first(b"zzzzzz").as_deref(), Some("three"));
    assert!(!format!("{both:?} {:?}", secret("one", "abcdef")).contains("abcdef"));
    assert!(!format!("{:?}", both.stream()).contains("abcdef"));
}

#[test]
fn it_is_found_in_a_url_however_it_is_encoded() {
    for text in [
        "s3cr3t-T0ken%2F9%2Bx%3D",
        "s3cr3t-T0ken%2f9%2bx%3d",
        "s3cr3t-T0ken/9%2Bx=",
        "%73%33%63%72%33%74%2D%54%30%6b%65%6E%2F%39%2B%78%3D",
        "s3cr3t-T0ken%252F9%252Bx%253D",
    ] {
        assert_eq!(forms(KEY, &format!("GET /?a=b%20c&token={text}&d=1")), "percent-encoded@1x1", "{text}");
    }
    for text in ["my+secret+pass", "my%20secret%20pass", "my%20secret+pass", "my%2520secret%2520pass"] {
        assert_eq!(forms("my secret pass", &format!("?q={text}")), "percent-encoded@1x1", "{text}");
    }
    assert_eq!(forms("my secret pass", "my secret pass"), "plain@1x1");
    assert_eq!(forms("my+secret", "my+secret"), "plain@1x1");
    assert_eq!(forms(KEY, "100% of s3cr3t-T0ken/9+x= at 5%"), "plain@1x1");
    assert_eq!(forms("100%41secret", "a 100%41secret"), "plain@1x1");
}

#[test]
fn it_is_found_escaped_and_escaped_again() {
    let value = "pa\"ss\\wo\u{e9}\u{1f600}\u{1}rd/x";
    for text in [
        r#"pa\"ss\\wo\u00e9\ud83d\ude00\u0001rd\/x"#,
        r#"pa\"ss\\wo\u00E9\uD83D\uDE00\u0001rd/x"#,
        r#"pa\"ss\\woé😀\u{1}rd/x"#,
        r#"pa\"ss\\wo\xc3\xa9\u{1f600}\x01rd/x"#,
        r#"pa\\\"ss\\\\woé😀\\u0001rd/x"#,
    ] {
        assert_eq!(forms(value, &format!("{{\"a\\n\":\"{text}\"}}")), "escaped@1x1", "{text}");
    }
    let debug = format!("{value:?}");
    assert_eq!(forms(value, &debug), "escaped@1x1", "{debug}");
    assert_eq!(forms(value, &format!("{debug:?}")), "escaped@1x1");
    let json = serde_json::to_string(value).unwrap();
    let twice = serde_json::to_string(&json).unwrap();
    assert_eq!(forms(value, &json), "escaped@1x1");
    assert_eq!(forms(value, &twice), "escaped@1x1");
    assert_eq!(forms(value, value), "plain@1x1");
    // What needs no escape is plain wherever it stands.
    assert_eq!(forms("abcdefgh", r#""\"abcdefgh\"" and \\abcdefgh"#), "plain@1x2");
    assert_eq!(forms("abcdefgh", r"\u0061bcdefgh \u006"), "escaped@1x1");
    assert_eq!(forms("abc\\", r"abc\"), "plain@1x1");
}

#[test]
fn it_is_found_in_base64_wherever_it_stands_in_it() {
    // `printf … | base64`, so that no code of this crate made them.
    for (text, what) in [
        ("czNjcjN0LVQwa2VuLzkreD0=", "alone"),
        ("czNjcjN0LVQwa2VuLzkreD0", "alone, without padding"),
        ("dTpzM2NyM3QtVDBrZW4vOSt4PQ==", "after u:"),
        ("dXM6czNjcjN0LVQwa2VuLzkreD0=", "after us:"),
        ("dXNyOnMzY3IzdC1UMGtlbi85K3g9", "after usr:"),
        ("eyJrIjoiczNjcjN0LVQwa2VuLzkreD0ifQ==", "in JSON"),
        ("eyJrIjoiczNjcjN0LVQwa2Vu\r\nLzkreD0ifQ==", "in two lines"),
        (r"eyJrIjoiczNjcjN0LVQwa2Vu\r\nLzkreD0ifQ==", "in two escaped lines"),
    ] {
        let found = forms(KEY, &format!("authorization: Basic {text}"));
        assert!(found == "base64@1x1" || found == "base64@2x1", "{what}: {found}");
    }
    let value = "\u{fb}\u{ff}\u{3ff}>>>???";
    assert_eq!(forms(value, "w7vDv8+/Pj4+Pz8/"), "base64@1x1");
    assert_eq!(forms(value, "w7vDv8-_Pj4-Pz8_"), "base64@1x1");
    assert_eq!(forms(value, r"w7vDv8+\/Pj4+Pz8\/"), "base64@1x1");
    assert_eq!(forms(value, "w7vDv8%2B%2FPj4%2BPz8%2F"), "base64@1x1");
    // Five bytes are too few.
    assert_eq!(forms("abcde", "YWJjZGU="), "");
}

#[test]
fn it_is_found_as_numbers() {
    assert_eq!(forms("abcdef", "616263646566"), "hex@1x1");
    assert_eq!(forms("jklmno", "6A6B6C6D6E6F"), "hex@1x1");
    assert_eq!(forms("abcdef", &format!("{:?}", b"xabcdef")), "bytes@1x1");
    assert_eq!(forms("abcdef", &format!("{:#?}", b"xabcdef")), "bytes@8x1");
    assert_eq!(forms("abcdef", "[97,98,99,100,101,102]"), "bytes@1x1");
}

#[test]
fn it_is_found_in_two_lines_and_in_colours() {
    assert_eq!(forms("abcdefgh", "abc\ndefgh"), "plain@2x1");
    assert_eq!(forms("abcdefgh", "abc \r\n\t  defgh\n"), "plain@2x1");
    assert_eq!(forms("abcdefgh", r#""abc\n   defgh""#), "escaped@1x1");
    assert_eq!(forms("abcdefgh", "abc defgh"), "");
    assert_eq!(forms("abcd efgh", "abcdefgh"), "");
    assert_eq!(forms("abcd efgh", "abcd\n  efgh"), "plain@2x1");
    assert_eq!(forms("abcd efgh", "ab\ncd efgh"), "plain@2x1");
    assert_eq!(forms("line one\nline two", "line one\nline two"), "plain@2x1");
    assert_eq!(forms("line one\nline two", r#""line one\nline two""#), "escaped@1x1");
    assert_eq!(forms("line one\nline two", r#""line one\\nline two""#), "escaped@1x1");
    assert_eq!(forms("abcdefgh", "abc\u{1b}[1;31mdef\u{1b}[0mgh"), "plain@1x1");
    assert_eq!(forms("abcdefgh", r"abc\u001b[31mdefgh"), "escaped@1x1");
    assert_eq!(forms("abcdefgh", "abc\u{1b}[1;31"), "");
    // What is no colour stays: a secret may stand in it.
    assert_eq!(
        forms("abcdefgh", "\u{1b}]8;;abcdefgh\u{7} \u{1b}[\u{1b}[12abcdefgh \u{1b}[abcdefgh"),
        "plain@1x3"
    );
    let long = format!("\u{1b}[{}", "1;".repeat(60));
    assert_eq!(forms("abcdefgh", &format!("{long}abcdefgh abcd{long}mefgh")), "plain@1x1");
    let mut search = searcher("abcdefgh").stream();
    search.take(long.as_bytes());
    assert!(search.strip.held() <= 40);
}

#[test]
fn an_escape_is_found_after_quiet_and_after_noise() {
    let value = "a\"bcdefg";
    let quiet = "x".repeat(500);
    let text =
        format!("{quiet}a\\\"bcdefg{quiet}{quiet}a\\\"bcdefg\n{quiet}a\\\\\\\"bcdefg%41{quiet}a%22bcdefg");
    assert_eq!(forms(value, &text), "percent-encoded@2x1 escaped@1x3");
}

#[test]
fn of_credentials_the_secret_part_is_one_too() {
    assert_eq!(forms("Bearer tok3n-abc", "authorization: Bearer tok3n-abc"), "plain@1x1");
    assert_eq!(forms("Bearer tok3n-abc", "token=tok3n-abc"), "plain@1x1");
    assert_eq!(forms("bearer  tok3n/abc", "?t=tok3n%2Fabc"), "percent-encoded@1x1");
    assert_eq!(forms("Bearer abc", "abc abc abc"), "", "too short to be one by itself");
    assert_eq!(forms("Unknown tok3n-abc", "tok3n-abc"), "");
    // `user:pass/word`.
    let basic = "Basic dXNlcjpwYXNzL3dvcmQ=";
    assert_eq!(forms(basic, "dXNlcjpwYXNzL3dvcmQ"), "base64@1x1");
    assert_eq!(forms(basic, "a dXNlcjpwYXNzL3dvcmQ="), "plain@1x1 base64@1x1");
    assert_eq!(forms(basic, "logged in: user:pass/word"), "plain@1x1");
    assert_eq!(forms(basic, "password pass/word is wrong"), "plain@1x1");
    assert_eq!(forms("Basic ???", "???"), "");
}

/// What a service's own types look like under `Debug`.
#[derive(Debug)]
#[expect(dead_code, reason = "`Debug` alone reads them")]
struct Request<'a> {
    headers: std::collections::BTreeMap<&'a str, &'a str>,
    body: Vec<u8>,
    raw: &'a std::ffi::CStr,
}

#[test]
fn it_is_found_as_services_log_it() {
    let token = "Bearer eyJhbGciOi\"J9.x+/_=";
    let request = Request {
        headers: [("authorization", token)].into(),
        body: b"grant=eyJhbGciOi\"J9.x+/_=".to_vec(),
        raw: c"eyJhbGciOi\"J9.x+/_=",
    };
    assert_eq!(forms(token, &format!("{request:?}")), "escaped@1x2 bytes@1x1");
    let pretty = format!("{request:#?}");
    assert!(forms(token, &pretty).starts_with("escaped@3x2 bytes@"), "{pretty}");
    let line = serde_json::json!({"message": pretty, "uri": "/?t=eyJhbGciOi%22J9.x%2B/_%3D"}).to_string();
    assert_eq!(forms(token, &line), "percent-encoded@1x1 escaped@1x2 bytes@1x1");
    // A logger that breaks its lines after so many columns, wherever that is.
    let wrapped = |text: &str, columns: usize, indent: &str| {
        let chars: Vec<char> = text.chars().collect();
        let lines: Vec<String> = chars.chunks(columns).map(|line| line.iter().collect()).collect();
        lines.join(&format!("\n{indent}"))
    };
    for columns in 1..80 {
        let found = forms(token, &wrapped(&format!("{request:?}"), columns, "    "));
        assert!(found.contains("escaped@") && found.contains("x2 bytes@"), "{columns}: {found}");
        let found = forms("0123456789abcdef", &wrapped("key=0123456789abcdef, ok", columns, "\t"));
        assert!(found.starts_with("plain@") && !found.contains(' '), "{columns}: {found}");
    }
}

#[test]
fn a_long_secret_is_found_by_its_first_kib() {
    let letter = |at: u32| char::from_digit(10 + at.wrapping_mul(2_654_435_761) / 7919 % 26, 36);
    let long: String = (0..3000).filter_map(letter).collect();
    assert_eq!(forms(&long, &long), "plain@1x1");
    assert_eq!(forms(&long, &long[..1023]), "");
    assert_eq!(forms_of(&Searcher::new(&[]), b"anything \\ %41"), "");
}
