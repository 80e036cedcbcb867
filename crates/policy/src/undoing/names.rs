//! The forms in which one noun may stand in an action's name.

/// Words between two nouns, of which the opposite is `From`.
const TOWARDS: [&str; 2] = ["To", "With"];

/// The noun itself, and the same in the other number, and with `From` instead of `To` or `With`.
pub(super) fn forms(noun: &str) -> Vec<String> {
    let mut forms = numbers(noun);
    for (head, tail) in TOWARDS.iter().filter_map(|word| split_at_word(noun, word)) {
        for head in numbers(head) {
            forms.extend(numbers(tail).iter().map(|tail| format!("{head}From{tail}")));
        }
        if tail == "Tags" {
            forms.extend(numbers(head));
        }
    }
    forms
}

/// A noun as it is, and in whichever of singular and plural it is not.
fn numbers(noun: &str) -> Vec<String> {
    let mut numbers = vec![noun.to_owned()];
    if let Some(stem) = noun.strip_suffix("ies") {
        numbers.push(format!("{stem}y"));
    } else if let Some(one) = noun.strip_suffix('s').filter(|one| !one.ends_with(['s', 'u', 'i'])) {
        numbers.push(one.to_owned());
        numbers.extend(noun.strip_suffix("es").filter(|one| takes_es(one)).map(str::to_owned));
    } else if let Some(stem) = noun.strip_suffix('y') {
        numbers.push(format!("{stem}ies"));
        numbers.push(format!("{noun}s"));
    } else if takes_es(noun) {
        numbers.push(format!("{noun}es"));
    } else if !noun.is_empty() {
        numbers.push(format!("{noun}s"));
    }
    numbers
}

fn takes_es(one: &str) -> bool {
    ["s", "x", "z", "ch", "sh"].iter().any(|end| one.ends_with(end))
}

/// What stands before and after `word`, where that is a word of its own.
fn split_at_word<'n>(noun: &'n str, word: &str) -> Option<(&'n str, &'n str)> {
    noun.match_indices(word)
        .filter_map(|(at, _)| Some((noun.get(..at)?, noun.get(at + word.len()..)?)))
        .find(|(head, tail)| {
            !head.is_empty() && tail.starts_with(|first: char| first.is_ascii_uppercase())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_noun_is_the_same_in_singular_and_plural() {
        let facts = [
            ("Tag", "Tags"),
            ("Policy", "Policies"),
            ("Address", "Addresses"),
            ("Branch", "Branches"),
            ("Gateway", "Gateways"),
            ("Database", "Databases"),
        ];
        for (one, many) in facts {
            assert!(numbers(one).contains(&many.to_owned()), "{one}");
            assert!(numbers(many).contains(&one.to_owned()), "{many}");
        }
        assert_eq!(numbers(""), [""]);
        assert_eq!(numbers("Status"), ["Status", "Statuses"]);
    }

    #[test]
    fn to_and_with_become_from_where_they_are_words() {
        assert!(forms("UserToGroup").contains(&"UserFromGroup".to_owned()));
        assert!(forms("VPCWithHostedZone").contains(&"VPCFromHostedZone".to_owned()));
        assert!(forms("DistributionWithTags").contains(&"Distribution".to_owned()));
        assert_eq!(forms("Topic"), ["Topic", "Topics"]);
        assert_eq!(forms("Tool"), ["Tool", "Tools"]);
    }
}
