//! JSON inside a `script` element, from which no text of it can break out.

use serde::Serialize;

/// The value as JSON in which no `<` stands, so that neither `</script` nor `<!--` can. JSON has
/// such signs in texts only, where they may be written by their numbers.
///
/// Source:
/// <https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements>.
pub(super) fn script_json(value: &impl Serialize) -> serde_json::Result<String> {
    Ok(serde_json::to_string(value)?.replace('<', "\\u003c"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn no_name_ends_the_script_and_every_name_reads_back() {
        let names =
            ["</script><script>alert(1)</script>", "<!--", "]]>", "a\\u003c\"b", "é\u{2028}"];
        let text = script_json(&names).unwrap();
        assert!(!text.contains('<'), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), serde_json::json!(names));
    }
}
