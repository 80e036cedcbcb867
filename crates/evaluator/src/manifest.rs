//! The manifest of a sweep that several invocations share: who is judged in which batch.

use crate::settings::BatchSize;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How many bytes a batch has at the most. Step Functions hands 262,144 from state to state, and
/// the event of AWS Config goes with each batch.
///
/// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>.
const MAX_BYTES: usize = 200_000;

/// An entity that is to be judged, by what AWS Config and people know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "a JSON object")]
pub struct Member {
    /// For example `AWS::IAM::Role`.
    pub resource_type: String,
    /// The unique id, for example `AROA…`.
    pub resource_id: String,
    /// The ARN.
    pub arn: String,
}

/// What one invocation judges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a JSON object")]
pub struct Batch {
    /// Which batch of the sweep, counted from 1.
    pub number: usize,
    /// Who is in it, in the order of their turns.
    pub entities: Vec<Member>,
}

impl Batch {
    /// The entities by type and id.
    #[must_use]
    pub fn resources(&self) -> BTreeSet<(&str, &str)> {
        self.entities.iter().map(|it| (&*it.resource_type, &*it.resource_id)).collect()
    }
}

impl Member {
    /// How many bytes it has as JSON, or a few more.
    fn bytes(&self) -> usize {
        const NAMES: usize = r#"{"resourceType":"","resourceId":"","arn":""},"#.len();
        NAMES + self.resource_type.len() + self.resource_id.len() + self.arn.len()
    }
}

/// Cuts the entities into batches of `size`, in their order. Where their ARNs are long, a batch has
/// fewer.
#[must_use]
pub fn cut(members: impl IntoIterator<Item = Member>, size: BatchSize) -> Vec<Batch> {
    let mut batches: Vec<Batch> = Vec::new();
    let mut bytes = 0;
    for member in members {
        bytes += member.bytes();
        match batches.last_mut() {
            Some(batch) if batch.entities.len() < size.entities() && bytes <= MAX_BYTES => {
                batch.entities.push(member);
            }
            _ => {
                bytes = member.bytes();
                batches.push(Batch { number: batches.len() + 1, entities: vec![member] });
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(number: usize, path: &str) -> Member {
        Member {
            resource_type: "AWS::IAM::Role".to_owned(),
            resource_id: format!("AROAEXAMPLE000000{number:03}"),
            arn: format!("arn:aws:iam::111122223333:role{path}role-{number:03}"),
        }
    }

    fn sizes(batches: &[Batch]) -> Vec<(usize, usize)> {
        batches.iter().map(|batch| (batch.number, batch.entities.len())).collect()
    }

    #[test]
    fn batches_are_cut_in_order_and_the_last_one_has_what_is_left() {
        let members: Vec<Member> = (0..30).map(|number| member(number, "/")).collect();
        let batches = cut(members.clone(), "7".parse().unwrap());
        assert_eq!(sizes(&batches), [(1, 7), (2, 7), (3, 7), (4, 7), (5, 2)]);
        let joined: Vec<Member> = batches.into_iter().flat_map(|batch| batch.entities).collect();
        assert_eq!(joined, members);
        assert_eq!(cut([], "7".parse().unwrap()), []);
    }

    #[test]
    fn a_batch_of_the_longest_arns_fits_between_two_states() {
        let path = format!("/{}/", "p".repeat(510));
        let batches = cut((0..1_000).map(|number| member(number, &path)), "1000".parse().unwrap());
        // Of 45 + 14 + 20 + 550 bytes each, 317 are in 200,000.
        assert_eq!(sizes(&batches), [(1, 317), (2, 317), (3, 317), (4, 49)]);
        for batch in &batches {
            assert!(serde_json::to_string(batch).unwrap().len() < MAX_BYTES + 100);
        }
    }

    #[test]
    fn a_batch_is_written_by_the_names_of_aws_config_and_read_strictly() {
        let batch = Batch { number: 2, entities: vec![member(1, "/")] };
        let text = r#"{"number":2,"entities":[{"resourceType":"AWS::IAM::Role","resourceId":"AROAEXAMPLE000000001","arn":"arn:aws:iam::111122223333:role/role-001"}]}"#;
        assert_eq!(serde_json::to_string(&batch).unwrap(), text);
        assert_eq!(serde_json::from_str::<Batch>(text).unwrap(), batch);
        let more = text.replace(r#""number":2"#, r#""number":2,"size":1"#);
        assert_eq!(
            serde_json::from_str::<Batch>(&more).unwrap_err().to_string(),
            "unknown field `size`, expected `number` or `entities` at line 1 column 18"
        );
    }
}
