//! [`MakeEntry`] and [`Entries`] over AWS Systems Manager Parameter Store.

use super::Aws;
use crate::call::CallError;
use crate::paging::Pages;
use crate::ports::{Entries, EntriesError, Made, MakeEntry};
use std::collections::BTreeSet;

/// How many parameters Parameter Store hands out or deletes in one call.
///
/// Sources:
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html>,
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameters.html>.
const A_CALL: usize = 10;

const ALREADY_EXISTS: &str = "ParameterAlreadyExists";

impl MakeEntry for Aws {
    async fn make_entry(&self, name: &str, text: &str) -> Result<Made, CallError> {
        match self.put_parameter(name, text, false).await {
            Ok(()) => Ok(Made::Now),
            Err(error) if error.is(ALREADY_EXISTS) => Ok(Made::Before),
            Err(error) => Err(error),
        }
    }
}

impl Entries for Aws {
    async fn entries(&self, path: &str) -> Result<Vec<(String, String)>, EntriesError> {
        const OPERATION: &str = "ssm:GetParametersByPath";
        let mut pages = Pages::of(OPERATION, path);
        let (mut entries, mut token) = (Vec::new(), None);
        loop {
            let request = self.ssm.get_parameters_by_path().path(path.trim_end_matches('/'));
            let request = request.recursive(true).set_next_token(token);
            let page = request.send().await.map_err(CallError::of(OPERATION, path))?;
            for parameter in page.parameters.unwrap_or_default() {
                let (Some(name), Some(value)) = (parameter.name, parameter.value) else {
                    let what = "a parameter without `Name` or `Value`";
                    return Err(CallError::unreadable(OPERATION, path, what).into());
                };
                entries.push((name, value));
            }
            token = pages.after(false, page.next_token.as_deref())?;
            if token.is_none() {
                return Ok(entries);
            }
        }
    }

    async fn remove_entries(&self, names: &BTreeSet<String>) -> Result<(), EntriesError> {
        let names: Vec<String> = names.iter().cloned().collect();
        for some in names.chunks(A_CALL) {
            let request = self.ssm.delete_parameters().set_names(Some(some.to_vec()));
            let resource = some.first().map_or("", String::as_str);
            request.send().await.map_err(CallError::of("ssm:DeleteParameters", resource))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::replay::{Replay, config, config_error};
    use super::*;

    const NAME: &str = "/leastwise/automatic/halted";

    #[tokio::test]
    async fn an_entry_is_made_once_and_never_written_over() {
        let replay = Replay::of([
            config(r#"{"Version":1,"Tier":"Standard"}"#),
            config_error("ParameterAlreadyExists", "The parameter already exists."),
            config_error("AccessDeniedException", "no"),
        ]);
        let aws = replay.aws();
        assert_eq!(aws.make_entry(NAME, "{}").await, Ok(Made::Now));
        assert_eq!(aws.make_entry(NAME, "{}").await, Ok(Made::Before));
        assert_eq!(
            aws.make_entry(NAME, "{}").await.unwrap_err().to_string(),
            format!("ssm:PutParameter on `{NAME}` failed: AccessDeniedException: no")
        );
        assert_eq!(
            replay.requests()[0],
            format!(
                r#"PutParameter {{"Name":"{NAME}","Value":"{{}}","Type":"String","Overwrite":false}}"#
            )
        );
    }

    #[tokio::test]
    async fn entries_are_listed_over_all_pages_and_a_nameless_one_is_an_error() {
        let replay = Replay::of([
            config(r#"{"Parameters":[{"Name":"/a/b/1","Value":"one"}],"NextToken":"t"}"#),
            config(r#"{"Parameters":[{"Name":"/a/b/2","Value":"two"}]}"#),
            config(r#"{"Parameters":[{"Name":"/a/b/3"}]}"#),
        ]);
        let aws = replay.aws();
        let entry = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let both = vec![entry("/a/b/1", "one"), entry("/a/b/2", "two")];
        assert_eq!(aws.entries("/a/").await.unwrap(), both);
        assert_eq!(
            aws.entries("/a/").await.unwrap_err().to_string(),
            "ssm:GetParametersByPath on `/a/` failed: unreadable answer: a parameter without `Name` or `Value`"
        );
        assert_eq!(
            replay.requests(),
            [
                r#"GetParametersByPath {"Path":"/a","Recursive":true}"#,
                r#"GetParametersByPath {"Path":"/a","Recursive":true,"NextToken":"t"}"#,
                r#"GetParametersByPath {"Path":"/a","Recursive":true}"#,
            ]
        );
    }

    #[tokio::test]
    async fn entries_are_removed_ten_a_call() {
        let replay = Replay::of([config("{}"), config("{}")]);
        let names: BTreeSet<String> = (0..11).map(|number| format!("/a/{number:02}")).collect();
        replay.aws().remove_entries(&names).await.unwrap();
        let requests = replay.requests();
        assert_eq!((requests.len(), &*requests[1]), (2, r#"DeleteParameters {"Names":["/a/10"]}"#));
    }
}
