//! Where a reader sees a word of an action's name end.

/// The offsets at which the words of `name` start, and its length.
///
/// A word is `Get`, an acronym with its plural (`DB`, `VPCs`) or either with its digits (`S3`,
/// `V2`); a hyphen or an underscore belongs to the word before it.
pub(super) fn words(name: &str) -> Vec<usize> {
    let bytes = name.as_bytes();
    let mut cuts = Vec::with_capacity(8);
    cuts.push(0);
    for (at, window) in (1..).zip(bytes.windows(2)) {
        if let &[before, here] = window
            && starts_word(before, here, bytes.get(at + 1..).unwrap_or_default())
        {
            cuts.push(at);
        }
    }
    cuts.push(bytes.len());
    cuts
}

/// The offsets of all characters of `name`, and its length.
pub(super) fn letters(name: &str) -> Vec<usize> {
    (0..=name.len()).collect()
}

fn starts_word(before: u8, here: u8, after: &[u8]) -> bool {
    if matches!(before, b'-' | b'_') {
        return !matches!(here, b'-' | b'_');
    }
    if !here.is_ascii_uppercase() {
        return false;
    }
    // Within an acronym only its last letter starts a word, and only if lower-case letters follow
    // that are more than the acronym's plural: `DBCluster`, but `VPCs` and `ACLsForBucket`.
    !before.is_ascii_uppercase()
        || match after {
            [] | [b's'] => false,
            [b's', next, ..] if !next.is_ascii_lowercase() => false,
            [next, ..] => next.is_ascii_lowercase(),
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    fn split(name: &str) -> String {
        let cuts = words(name);
        let ends = cuts.iter().skip(1);
        let words: Vec<&str> =
            cuts.iter().zip(ends).filter_map(|(&from, &to)| name.get(from..to)).collect();
        words.join(" ")
    }

    #[test]
    fn words_are_those_a_reader_sees() {
        let names = [
            ("GetObject", "Get Object"),
            ("Publish", "Publish"),
            ("DescribeDBClusters", "Describe DB Clusters"),
            ("DescribeVPCs", "Describe VPCs"),
            ("GetACLsForBucket", "Get ACLs For Bucket"),
            ("ListObjectsV2", "List Objects V2"),
            ("GetS3Object", "Get S3 Object"),
            (
                "AssociateViaAWSService-EventsAndStates",
                "Associate Via AWS Service- Events And States",
            ),
            ("listTagsForResource", "list Tags For Resource"),
            ("CreateCSV", "Create CSV"),
            ("Ipv6CIDRBlock", "Ipv6 CIDR Block"),
            ("AssignIpv6Addresses", "Assign Ipv6 Addresses"),
            ("GetAWSServicesX", "Get AWS Services X"),
            ("Do_This", "Do_ This"),
            ("X", "X"),
        ];
        for (name, expected) in names {
            assert_eq!(split(name), expected);
        }
    }

    #[test]
    fn the_words_of_every_name_make_it_up() {
        let catalog = Catalog::embedded();
        for id in catalog.ids() {
            let name = catalog.action(id).name;
            for cuts in [words(name), letters(name)] {
                assert!(cuts.is_sorted_by(|left, right| left < right), "{name}");
                assert_eq!((cuts.first(), cuts.last()), (Some(&0), Some(&name.len())), "{name}");
            }
        }
    }
}
