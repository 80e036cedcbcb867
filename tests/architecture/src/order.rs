//! Holds the folders of a crate to an order.

use crate::arrows::Arrows;
use crate::circles::folder;

/// What goes against an order, one line each. Every folder may import from the steps before its
/// own; those on one step do not import each other. The crate's first file only opens the door: it
/// stands outside the order.
#[must_use]
pub fn against(crate_: &Arrows, order: &[&[&str]]) -> Vec<String> {
    let step = |file: &str| order.iter().position(|step| step.contains(&folder(file)));
    let unplaced = crate_
        .files
        .iter()
        .filter(|file| !is_door(file) && step(file).is_none())
        .map(|file| format!("{file}: `{}` has no place in the order", folder(file)));
    let upwards = crate_.arrows.iter().filter_map(|arrow| {
        let (from, to) = (folder(&arrow.from), folder(&arrow.to));
        if from == to || is_door(&arrow.from) {
            return None;
        }
        if is_door(&arrow.to) {
            return Some(format!("{arrow}: nothing imports from the crate's first file"));
        }
        let is_down = step(&arrow.to)? < step(&arrow.from)?;
        (!is_down).then(|| format!("{arrow}: `{to}` does not stand before `{from}`"))
    });
    unplaced.chain(upwards).collect()
}

fn is_door(file: &str) -> bool {
    ["src/lib.rs", "src/main.rs"].contains(&file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arrows::Arrow;

    const ORDER: &[&[&str]] = &[&["iam"], &["evidence", "boundary"], &["usage"]];

    fn crate_of(arrows: &[(&str, &str)]) -> Arrows {
        let files = arrows.iter().flat_map(|(from, to)| [*from, *to]).map(str::to_owned).collect();
        let arrows = arrows.iter().map(|(from, to)| Arrow {
            from: (*from).to_owned(),
            to: (*to).to_owned(),
            line: 3,
            path: "Item".to_owned(),
        });
        Arrows { files, arrows: arrows.collect() }
    }

    #[test]
    fn downwards_and_inside_a_folder_everything_goes() {
        let good = crate_of(&[
            ("src/usage/sorting.rs", "src/iam/principal.rs"),
            ("src/usage/sorting.rs", "src/usage.rs"),
            ("src/boundary.rs", "src/iam.rs"),
            ("src/lib.rs", "src/usage.rs"),
        ]);
        assert_eq!(against(&good, ORDER), Vec::<String>::new());
    }

    #[test]
    fn upwards_and_sideways_nothing_does() {
        let bad = crate_of(&[
            ("src/iam/principal.rs", "src/usage/sorting.rs"),
            ("src/evidence.rs", "src/boundary/own.rs"),
            ("src/usage.rs", "src/lib.rs"),
        ]);
        assert_eq!(
            against(&bad, ORDER),
            [
                "src/iam/principal.rs:3 → src/usage/sorting.rs (Item): `usage` does not stand before `iam`",
                "src/evidence.rs:3 → src/boundary/own.rs (Item): `boundary` does not stand before `evidence`",
                "src/usage.rs:3 → src/lib.rs (Item): nothing imports from the crate's first file",
            ]
        );
    }

    #[test]
    fn a_folder_without_a_place_is_named() {
        let crate_ = crate_of(&[("src/usage.rs", "src/digest.rs")]);
        assert_eq!(against(&crate_, ORDER), ["src/digest.rs: `digest` has no place in the order"]);
    }
}
