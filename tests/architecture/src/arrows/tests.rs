//! The arrows of small crates.

use super::*;

/// The files and arrows of a library, the arrows as they are printed.
fn library(files: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    let sources = Sources {
        files: files.iter().map(|(file, text)| (format!("src/{file}"), text.to_string())).collect(),
        library: Some(("house".to_owned(), "src/lib.rs".to_owned())),
        programs: files
            .iter()
            .filter(|(file, _)| *file == "main.rs")
            .map(|(file, _)| format!("src/{file}"))
            .collect(),
    };
    let read = Arrows::of(&sources);
    (read.files.into_iter().collect(), read.arrows.iter().map(ToString::to_string).collect())
}

fn arrows(files: &[(&str, &str)]) -> Vec<String> {
    library(files).1
}

#[test]
fn every_kind_of_line_that_names_something_of_another_file_is_an_arrow() {
    let arrows = arrows(&[
        ("lib.rs", "mod a; mod b; mod c; mod d; mod e; mod f; mod g;"),
        ("a.rs", "use crate::g::Item;"),
        ("b.rs", "fn b() {\n    let all = crate::g::all(1);\n}"),
        ("c.rs", "fn c(item: &super::g::Item) {}"),
        ("d.rs", "fn d() { use crate::g; println!(\"{}\", g::all(2)); }"),
        ("e.rs", "use crate::g;\nstruct E { #[serde(with = \"g::text\")] item: u8 }"),
        ("f.rs", "use crate::{g as things};\nfn f() -> things::Item { things::Item }"),
        ("g.rs", "pub struct Item; pub fn all() {} pub mod text { pub fn serialize() {} }"),
    ]);
    assert_eq!(
        arrows,
        [
            "src/a.rs:1 → src/g.rs (crate::g::Item)",
            "src/b.rs:2 → src/g.rs (crate::g::all)",
            "src/c.rs:1 → src/g.rs (super::g::Item)",
            "src/d.rs:1 → src/g.rs (g::all)",
            "src/e.rs:2 → src/g.rs (g::text::serialize)",
            "src/f.rs:2 → src/g.rs (things::Item)",
        ]
    );
}

#[test]
fn what_only_sounds_like_an_item_of_another_file_is_no_arrow() {
    let arrows = arrows(&[
        ("lib.rs", "mod plan; mod usage; mod other;"),
        ("plan.rs", "pub fn plan() {}"),
        ("usage.rs", "pub struct Item;"),
        (
            "other.rs",
            "use serde::usage::Item; use std::fmt;\n\
             fn f(plan: u8, usage: fmt::Plan) { let n = plan + usage.plan().usage; g!(x.plan, n) }",
        ),
    ]);
    assert_eq!(arrows, Vec::<String>::new());
}

#[test]
fn a_name_is_followed_through_re_exports_to_the_file_that_defines_it() {
    let arrows = arrows(&[
        ("lib.rs", "pub mod plan; mod user; mod glob;"),
        ("plan.rs", "mod warning; mod keep; pub use keep::*; pub use warning::Warning as Alarm;"),
        ("plan/warning.rs", "pub enum Warning { Old }"),
        ("plan/keep.rs", "pub fn keep() {}"),
        ("user.rs", "use crate::plan::{Alarm, keep};"),
        ("glob.rs", "use crate::plan::*;\nfn f() {\n    keep(Alarm::Old)\n}"),
    ]);
    assert_eq!(
        arrows,
        [
            "src/glob.rs:3 → src/plan/keep.rs (keep)",
            "src/glob.rs:3 → src/plan/warning.rs (Alarm::Old)",
            "src/user.rs:1 → src/plan/keep.rs (crate::plan::keep)",
            "src/user.rs:1 → src/plan/warning.rs (crate::plan::Alarm)",
        ]
    );
}

#[test]
fn declaring_and_re_exporting_what_is_below_is_no_arrow_but_using_it_is() {
    let door = ("lib.rs", "mod a; mod b; pub use a::A; pub(crate) use b::help;");
    let child = ("a.rs", "pub struct A; fn f() { super::help() }");
    assert_eq!(
        arrows(&[door, child, ("b.rs", "pub fn help() {}")]),
        ["src/a.rs:1 → src/b.rs (super::help)"]
    );

    let arrows = arrows(&[
        ("lib.rs", "mod a; mod b; pub use a::A;\nfn f() -> A { A }"),
        ("a.rs", "pub struct A;"),
        ("b.rs", "pub use crate::a::A;"),
    ]);
    assert_eq!(arrows, ["src/b.rs:1 → src/a.rs (crate::a::A)", "src/lib.rs:2 → src/a.rs (A)"]);
}

#[test]
fn a_child_that_names_an_item_of_its_parent_points_up() {
    let arrows = arrows(&[
        ("lib.rs", "mod plan;"),
        ("plan.rs", "mod keep; pub struct Plan;\nfn f() { keep::keep() }"),
        ("plan/keep.rs", "use super::Plan;\npub fn keep() -> Plan { Plan }"),
    ]);
    assert_eq!(
        arrows,
        [
            "src/plan.rs:2 → src/plan/keep.rs (keep::keep)",
            "src/plan/keep.rs:1 → src/plan.rs (super::Plan)",
        ]
    );
}

#[test]
fn a_parents_own_import_leads_its_children_on() {
    let arrows = arrows(&[
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "mod child; use crate::b::B; fn f(b: B) {}"),
        ("a/child.rs", "use super::B;"),
        ("b.rs", "pub struct B;"),
    ]);
    assert_eq!(
        arrows,
        ["src/a.rs:1 → src/b.rs (crate::b::B)", "src/a/child.rs:1 → src/b.rs (super::B)",]
    );
}

#[test]
fn what_is_compiled_for_tests_only_does_not_count() {
    let (files, arrows) = library(&[
        (
            "lib.rs",
            "mod a; mod b; #[cfg(test)] mod testing; #[cfg(all(test, unix))] mod unix;\n\
             #[cfg(not(test))] mod real;",
        ),
        (
            "a.rs",
            "#[cfg(test)] use crate::b::B;\n\
             #[cfg(test)] fn f() { crate::b::B }\n\
             impl A { #[cfg(test)] fn g() { crate::b::B } }\n\
             #[cfg(test)] mod tests { use crate::b::B; mod deeper; }",
        ),
        ("b.rs", "pub struct B;"),
        ("real.rs", "use crate::b::B;"),
        ("testing.rs", "use crate::b::B;"),
        ("unix.rs", "use crate::b::B;"),
    ]);
    assert_eq!(files, ["src/a.rs", "src/b.rs", "src/lib.rs", "src/real.rs"]);
    assert_eq!(arrows, ["src/real.rs:1 → src/b.rs (crate::b::B)"]);
}

#[test]
fn a_module_inside_a_file_is_that_file() {
    let arrows = arrows(&[
        ("lib.rs", "mod a; mod b;"),
        (
            "a.rs",
            "pub mod codes { pub const A: u8 = 1; mod deep; fn f() { super::g() } } fn g() {}",
        ),
        ("a/codes/deep.rs", "use super::A;\nuse crate::b::inner::B;"),
        ("b.rs", "pub mod inner { pub use super::B; } pub struct B;"),
    ]);
    assert_eq!(
        arrows,
        [
            "src/a/codes/deep.rs:1 → src/a.rs (super::A)",
            "src/a/codes/deep.rs:2 → src/b.rs (crate::b::inner::B)",
        ]
    );
}

#[test]
fn modules_may_lie_in_mod_files() {
    let (files, arrows) = library(&[
        ("lib.rs", "mod a;"),
        ("a/mod.rs", "mod b; pub struct A;"),
        ("a/b.rs", "use super::A;"),
    ]);
    assert_eq!(files, ["src/a/b.rs", "src/a/mod.rs", "src/lib.rs"]);
    assert_eq!(arrows, ["src/a/b.rs:1 → src/a/mod.rs (super::A)"]);
}

#[test]
fn a_program_imports_its_library_by_name() {
    let arrows = arrows(&[
        ("lib.rs", "pub mod a;\npub fn handle() {}"),
        ("a.rs", "pub struct A;"),
        ("main.rs", "mod own;\nuse house::{a::A, handle};"),
        ("own.rs", "use crate::own::Own as Mine;\npub struct Own;"),
    ]);
    assert_eq!(
        arrows,
        ["src/main.rs:2 → src/a.rs (house::a::A)", "src/main.rs:2 → src/lib.rs (house::handle)",]
    );
}

#[test]
fn a_function_may_have_the_name_of_a_module_and_a_macro_may_re_export_itself() {
    let arrows = arrows(&[
        ("lib.rs", "mod a; mod b;"),
        (
            "a.rs",
            "mod permits; pub use permits::run as permits;\nmacro_rules! m { () => { $crate::b::B } }\npub(crate) use m;",
        ),
        ("a/permits.rs", "pub fn run() {}"),
        ("b.rs", "use crate::a::m;\nfn f() {\n    crate::a::permits()\n}"),
    ]);
    assert_eq!(
        arrows,
        [
            "src/a.rs:2 → src/b.rs (crate::b::B)",
            "src/b.rs:1 → src/a.rs (crate::a::m)",
            "src/b.rs:3 → src/a/permits.rs (crate::a::permits)",
        ]
    );
}

#[test]
fn what_a_macro_defines_is_of_the_file_that_calls_it() {
    let arrows = arrows(&[
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "ids! { RoleName, UserName }"),
        ("b.rs", "use crate::a::RoleName;"),
    ]);
    assert_eq!(arrows, ["src/b.rs:1 → src/a.rs (crate::a::RoleName)"]);
}

#[test]
fn an_import_of_another_crate_is_not_followed_in_circles() {
    let arrows = arrows(&[("lib.rs", "use log::log; use log::*; fn f() { log(log::Level) }")]);
    assert_eq!(arrows, Vec::<String>::new());
}
