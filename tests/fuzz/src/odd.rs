//! Values and texts that readers stumble over.

use serde_json::{Value, json};
use std::sync::LazyLock;

/// The digits of a number that no integer type holds.
const MANY_DIGITS: usize = 400;

/// The characters of a text that no tag, name or setting holds.
const MANY_CHARACTERS: usize = 5_000;

/// Values to put where others stood.
pub static VALUES: LazyLock<Vec<Value>> = LazyLock::new(values);

/// Texts to put where others stood.
pub static TEXTS: LazyLock<Vec<String>> = LazyLock::new(texts);

/// Pieces of JSON text that no value prints as, and texts.
pub static PIECES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(pieces);

fn values() -> Vec<Value> {
    let mut values = vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(i64::MIN),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(1.5),
        json!(-0.0),
        json!(1e300),
        json!(5e-324),
        json!([]),
        json!({}),
        json!([[]]),
        json!([null]),
        json!({"": ""}),
    ];
    values.extend(TEXTS.iter().map(|text| Value::from(text.as_str())));
    values
}

fn texts() -> Vec<String> {
    let short = [
        "",
        " ",
        "*",
        "?",
        "**",
        "*:*",
        "s3:*",
        "S3:GetObject",
        ":",
        "::::::",
        "/",
        "//",
        "none",
        "true",
        "False",
        "0",
        "-0",
        "+7",
        "00060",
        "1e3",
        "NaN",
        "٣",
        "１２",
        "é",
        "e\u{301}",
        "\u{0}",
        "\u{7f}",
        "\u{85}",
        "\u{2028}",
        "\u{202e}",
        "\u{feff}",
        "\u{fffd}",
        "\u{10ffff}",
        "%",
        "%00",
        "%zz",
        "%7B%7D",
        "%C3%28",
        "{}",
        "[]",
        "{\"a\":1,\"a\":2}",
        "\"",
        "\\",
        "\r\n",
        "\t",
        ",",
        "#",
        "s3://",
        "s3://bucket",
        "s3://bucket/key",
        "file://x",
        "aws",
        "AIDA",
        "AROAEXAMPLE0000000001",
        "arn:",
        "arn:aws:iam::111122223333:role/a",
        "arn:aws:iam::111122223333:role//",
        "arn:aws:iam::111122223333:user/a/b/",
        "arn:aws:iam::aws:policy/X",
        "arn:aws:iam::111122223333:group/é",
        "arn:aws-cn:iam::*:role/*",
        "arn:aws:iam:::role/a",
        "1970-01-01T00:00:00Z",
        "0000-01-01",
        "-0001-12-31T23:59:59Z",
        "9999-12-31T23:59:60Z",
        "+262142-12-31T23:59:59Z",
        "-262143-01-01T00:00:00Z",
        "2026-02-30",
        "2026-06-30T24:00:00Z",
        "2026-06-30T12:00:00+23:59",
        "2026-06-30T12:00:00.123456789123Z",
        "1782820800",
        "1782820800.5",
        "-9223372036854775808",
        "99999999999999999999",
        "ResourceDeleted",
        "TESTMODE",
        "Allow",
        "Deny",
        "NotAction",
        "NotPrincipal",
        "Principal",
    ];
    let mut texts: Vec<String> = short.map(str::to_owned).to_vec();
    texts.push("9".repeat(MANY_DIGITS));
    texts.push("a".repeat(MANY_CHARACTERS));
    texts.push("é*".repeat(MANY_CHARACTERS / 2));
    texts.push("*a".repeat(64));
    texts
}

fn pieces() -> Vec<Vec<u8>> {
    let short: [&[u8]; 24] = [
        b"\\ud800",
        b"\\udc00",
        b"\\ud83d\\ude00",
        b"\\u0000",
        b"\\x",
        b"\"",
        b"\\",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"-",
        b"1e999",
        b"-1e999",
        b"0.1e-999",
        b"01",
        b"NaN",
        b"\xff",
        b"\xc3",
        b"\x00",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
    ];
    let mut pieces = short.map(<[u8]>::to_vec).to_vec();
    pieces.push(b"9".repeat(MANY_DIGITS));
    pieces.push(b"[".repeat(MANY_CHARACTERS));
    pieces.push(br#"{"a":"#.repeat(MANY_DIGITS));
    pieces.extend(TEXTS.iter().map(|text| text.clone().into_bytes()));
    pieces
}
