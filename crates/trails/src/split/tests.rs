use super::*;
use proptest::prelude::*;
use std::io::{self, Cursor};

/// Gives a few bytes at a time.
struct Slow(Cursor<Vec<u8>>, usize);

impl Read for Slow {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = self.1.min(buffer.len());
        self.0.read(&mut buffer[..most])
    }
}

fn split(text: &[u8]) -> Result<Vec<String>, String> {
    let mut records = Records::of(Slow(Cursor::new(text.to_vec()), 3));
    let mut all = Vec::new();
    loop {
        match records.next() {
            Ok(Some(record)) => all.push(record.to_owned()),
            Ok(None) => return Ok(all),
            Err(fault) => return Err(fault.to_string()),
        }
    }
}

#[test]
fn records_are_found_in_an_object_a_list_and_lines() {
    let expected = [r#"{"a":"}\"{","b":{"c":[{}]}}"#, "{}"].map(str::to_owned).to_vec();
    let [one, two] = [&expected[0], &expected[1]];
    for text in [
        format!("{{\"Records\":[{one},{two}]}}"),
        format!(" {{ \"Records\" : [ {one} ,\n{two} ] , \"more\": {{\"}}\": 1}} }} \n"),
        format!("[{one},{two}]"),
        format!("{one}\n{two}\n"),
        format!("{one}{two}"),
        format!("{{\"Records\":[{one}]}}\n{{\"Records\":[{two}]}}"),
    ] {
        assert_eq!(split(text.as_bytes()), Ok(expected.clone()), "{text}");
    }
    assert_eq!(split(br#"{"Records":[]}"#), Ok(Vec::new()));
    assert_eq!(split(b" \n"), Ok(Vec::new()));
    assert_eq!(split(br#"{"Record":[1]}"#), Ok(vec![r#"{"Record":[1]}"#.to_owned()]));
}

#[test]
fn what_is_cut_short_or_no_trail_says_where() {
    let cut = |after| Err(format!("it is cut short after record {after}: fetch it again"));
    assert_eq!(split(b""), Err("it is empty".to_owned()));
    for text in [r#"{"Records":[{"a":1"#, r#"{"a":"}"#, r#"{"Records":["#, "[", r#"{"a":"\"#] {
        assert_eq!(split(text.as_bytes()), cut(0), "{text}");
    }
    assert_eq!(split(br#"{"Records":[{}"#), cut(1));
    assert_eq!(split(br#"{"Records":[{}]"#), cut(1));
    for (text, found) in
        [("x", 'x'), ("[1]", '1'), ("[{}{}]", '{'), ("{}]", ']'), ("\u{1}", '\u{fffd}')]
    {
        let error = split(text.as_bytes()).unwrap_err();
        assert!(
            error.contains(&format!("`{found}` stands where a record should begin")),
            "{error}"
        );
    }
}

#[test]
fn what_is_too_long_too_deep_or_not_text_says_so() {
    let long = format!("{{\"Records\":[{{\"a\":\"{}\"}}]}}", "x".repeat(10_000_000));
    let expected = "record 1 is longer than 4 MB, and CloudTrail cuts records off at 1 MB";
    assert_eq!(split(long.as_bytes()), Err(expected.to_owned()));
    let blanks = format!("{{{}\"Records\":[]}}", " ".repeat(10_000_000));
    assert_eq!(split(blanks.as_bytes()), Err(expected.to_owned()));
    let deep = r#"{"a":"#.repeat(100_000);
    assert_eq!(split(deep.as_bytes()), Err("record 1 nests more than 128 objects".to_owned()));
    assert_eq!(split(b"{}{\"a\":\"\xff\"}"), Err("record 2 is not UTF-8".to_owned()));
    // Lists do no harm: whoever reads the record passes over them without going deeper.
    let lists = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(split(lists.as_bytes()).map(|all| all.len()), Ok(1));
}

proptest! {
    #[test]
    fn any_json_objects_come_back_as_they_were(
        texts in prop::collection::vec(r#"[a-z{}\[\]"\\,: é]{0,40}"#, 0..6),
    ) {
        let records: Vec<String> = texts
            .iter()
            .map(|text| serde_json::json!({"k": text, text.as_str(): [{"n": {}}]}).to_string())
            .collect();
        let whole = format!("{{\"Records\":[{}]}}", records.join(","));
        prop_assert_eq!(split(whole.as_bytes()), Ok(records.clone()));
        if !records.is_empty() {
            prop_assert_eq!(split(records.join("\n").as_bytes()), Ok(records));
        }
    }

    #[test]
    fn any_bytes_end(bytes in prop::collection::vec(prop::sample::select(b"{}[]\",\\: aR".to_vec()), 0..200)) {
        let _ = split(&bytes);
    }
}
