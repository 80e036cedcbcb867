//! Holds the packages that we depend on to `deny.toml`, which is a file of cargo-deny's.

use semver::{Version, VersionReq};
use serde::Deserialize;
use spdx::{Expression, Licensee, ParseMode};
use std::collections::{BTreeMap, BTreeSet};
use toml::Table;

/// What the file has to say beside its three lists, and what is held here whatever the lists are.
const HELD: &str = r#"
[graph]
all-features = true

[bans]
multiple-versions = "allow"
wildcards = "deny"
allow-wildcard-paths = true

[licenses]
include-dev = true
unused-allowed-license = "deny"

[sources]
unknown-registry = "deny"
unknown-git = "deny"
"#;

/// The registry that is known without being named.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// What `deny.toml` says.
#[derive(Debug, Deserialize)]
pub struct Rules {
    graph: Graph,
    bans: Bans,
    licenses: Licenses,
}

#[derive(Debug, Deserialize)]
struct Graph {
    targets: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ban {
    /// A name, or a name and versions: `rustls:<0.22`.
    #[serde(rename = "crate")]
    banned: String,
    /// Who may depend on it all the same.
    #[serde(default)]
    wrappers: BTreeSet<String>,
    reason: String,
}

#[derive(Debug, Deserialize)]
struct Licenses {
    allow: Vec<String>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

/// Licences that a single package may have.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: Vec<String>,
}

/// The packages that we depend on, as `cargo metadata` describes them.
#[derive(Debug, Deserialize)]
pub struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Debug, Deserialize)]
struct Package {
    id: String,
    name: String,
    version: Version,
    license: Option<String>,
    /// Where it comes from; nothing for a package of the workspace.
    source: Option<String>,
    dependencies: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    name: String,
    req: String,
    path: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    id: String,
    dependencies: Vec<String>,
}

impl Rules {
    /// Reads the text of the file.
    ///
    /// # Panics
    ///
    /// When it says something that is not held here, or leaves out something that is.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let rules = toml::from_str(text).expect("`deny.toml` has its three lists");
        let mut rest: Table = text.parse().expect("`deny.toml` is TOML");
        let lists = [("graph", "targets"), ("bans", "deny"), ("licenses", "allow")];
        for (table, list) in lists.into_iter().chain([("licenses", "exceptions")]) {
            rest.get_mut(table).and_then(|table| table.as_table_mut()?.remove(list));
        }
        let held: Table = HELD.parse().expect("this is TOML");
        assert_eq!(rest, held, "`deny.toml` says something else than what is held");
        rules
    }

    /// The targets that dependencies are looked at for.
    #[must_use]
    pub fn targets(&self) -> &[String] {
        &self.graph.targets
    }

    /// What goes against the rules, one line each.
    #[must_use]
    pub fn broken_by(&self, metadata: &Metadata) -> Vec<String> {
        let packages = &metadata.packages;
        let mut broken = self.banned(metadata);
        broken.extend(packages.iter().flat_map(wildcards));
        broken.extend(self.unlicensed(packages));
        broken.extend(packages.iter().filter_map(from_elsewhere));
        broken
    }

    fn banned(&self, metadata: &Metadata) -> Vec<String> {
        let names: BTreeMap<&str, &str> =
            metadata.packages.iter().map(|package| (&*package.id, &*package.name)).collect();
        let users = |package: &Package| {
            let nodes = metadata.resolve.nodes.iter();
            let users = nodes.filter(|node| node.dependencies.contains(&package.id));
            users.map(|node| names[&*node.id]).collect::<BTreeSet<_>>()
        };
        let mut broken = Vec::new();
        for ban in &self.bans.deny {
            for package in metadata.packages.iter().filter(|package| ban.names(package)) {
                let Package { name, version, .. } = package;
                for user in users(package).into_iter().filter(|user| !ban.wrappers.contains(*user))
                {
                    broken.push(format!("`{user}` depends on `{name}` {version}: {}", ban.reason));
                }
            }
        }
        broken
    }

    /// Packages without an allowed licence, and allowed licences without a package.
    fn unlicensed(&self, packages: &[Package]) -> Vec<String> {
        let mut used = BTreeSet::new();
        let mut broken = Vec::new();
        for Package { name, version, license, .. } in packages {
            let allowed = self.licenses.of(name);
            let license = license.as_deref().unwrap_or_default();
            let is_allowed = Expression::parse_mode(license, ParseMode::LAX).is_ok_and(|license| {
                license.evaluate(|wanted| {
                    let fitting = allowed.iter().filter(|(_, parsed)| parsed.satisfies(wanted));
                    let fitting: Vec<_> = fitting.map(|(license, _)| *license).collect();
                    used.extend(fitting.iter().copied());
                    !fitting.is_empty()
                })
            });
            if !is_allowed {
                broken.push(format!("`{name}` {version} has the licence `{license}`"));
            }
        }
        let exceptions = self.licenses.exceptions.iter().flat_map(|exception| &exception.allow);
        let unused = self.licenses.allow.iter().chain(exceptions);
        let unused: BTreeSet<&str> =
            unused.map(|it| &**it).filter(|it| !used.contains(it)).collect();
        broken.extend(unused.iter().map(|it| format!("no package needs the licence `{it}`")));
        broken
    }
}

impl Licenses {
    /// The licences that a package may have, by name and as they are compared.
    fn of(&self, package: &str) -> Vec<(&str, Licensee)> {
        let exceptions = self.exceptions.iter().filter(|exception| exception.name == package);
        let names = self.allow.iter().chain(exceptions.flat_map(|exception| &exception.allow));
        let parse = |license: &str| {
            Licensee::parse(license).expect("`deny.toml` allows licences by SPDX ids")
        };
        names.map(|license| (&**license, parse(license))).collect()
    }
}

impl Ban {
    fn names(&self, package: &Package) -> bool {
        let (name, versions) = self.banned.split_once(':').unwrap_or((&self.banned, "*"));
        let versions = VersionReq::parse(versions).expect("`deny.toml` bans versions");
        name == package.name && versions.matches(&package.version)
    }
}

/// Our own packages may name each other without a version; nobody else's.
fn wildcards(package: &Package) -> impl Iterator<Item = String> {
    let is_ours = package.source.is_none();
    let any_version = package
        .dependencies
        .iter()
        .filter(move |dependency| is_ours && dependency.path.is_none() && dependency.req == "*");
    any_version.map(|dependency| {
        format!("`{}` depends on any version of `{}`", package.name, dependency.name)
    })
}

fn from_elsewhere(package: &Package) -> Option<String> {
    let source = package.source.as_deref().filter(|source| *source != CRATES_IO)?;
    Some(format!("`{}` {} comes from `{source}`", package.name, package.version))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn rules(lists: [&str; 2]) -> Rules {
        let [deny, allow] = lists;
        let text = HELD
            .replace("[graph]", "[graph]\ntargets = [\"x86_64-unknown-linux-gnu\"]")
            .replace("[bans]", &format!("[bans]\ndeny = {deny}"))
            .replace("[licenses]", &format!("[licenses]\nallow = {allow}"));
        Rules::parse(&text)
    }

    /// Packages from crates.io, each with its licence and the packages that it depends on.
    fn packages(packages: &[(&str, &str, &[&str])]) -> Value {
        let described = packages.iter().map(|(name, license, _)| {
            json!({
                "id": name, "name": name, "version": "1.2.0", "license": license,
                "source": CRATES_IO, "dependencies": []
            })
        });
        let nodes = packages
            .iter()
            .map(|(name, _, dependencies)| json!({"id": name, "dependencies": dependencies}));
        json!({
            "packages": described.collect::<Vec<_>>(),
            "resolve": {"nodes": nodes.collect::<Vec<_>>()}
        })
    }

    fn broken(rules: &Rules, metadata: Value) -> Vec<String> {
        rules.broken_by(&serde_json::from_value(metadata).unwrap())
    }

    #[test]
    fn a_banned_package_is_for_its_wrappers_only() {
        let rules = rules([
            "[{ crate = \"sdk\", wrappers = [\"adapters\"], reason = \"one door\" }]",
            "[\"MIT\"]",
        ]);
        let metadata = packages(&[
            ("adapters", "MIT", &["sdk"]),
            ("domain", "MIT", &["adapters", "sdk"]),
            ("sdk", "MIT", &[]),
        ]);
        assert_eq!(broken(&rules, metadata), ["`domain` depends on `sdk` 1.2.0: one door"]);
    }

    #[test]
    fn a_ban_may_be_one_of_versions() {
        let of = |versions: &str| {
            let deny = format!("[{{ crate = \"tls:{versions}\", reason = \"legacy\" }}]");
            let metadata = packages(&[("user", "MIT", &["tls"]), ("tls", "MIT", &[])]);
            broken(&rules([&deny, "[\"MIT\"]"]), metadata)
        };
        assert_eq!(of("<1.2"), Vec::<String>::new());
        assert_eq!(of("<1.3"), ["`user` depends on `tls` 1.2.0: legacy"]);
    }

    #[test]
    fn every_package_has_an_allowed_licence_and_every_allowed_licence_a_package() {
        let metadata = packages(&[
            ("old", "MIT/Apache-2.0", &[]),
            ("both", "(GPL-3.0-only OR MIT) AND ISC", &[]),
            ("copyleft", "GPL-3.0-only", &[]),
            ("mixed", "MIT AND GPL-3.0-only", &[]),
            ("silent", "", &[]),
        ]);
        assert_eq!(
            broken(&rules(["[]", "[\"MIT\", \"ISC\", \"Zlib\"]"]), metadata),
            [
                "`copyleft` 1.2.0 has the licence `GPL-3.0-only`",
                "`mixed` 1.2.0 has the licence `MIT AND GPL-3.0-only`",
                "`silent` 1.2.0 has the licence ``",
                "no package needs the licence `Zlib`",
            ]
        );
    }

    #[test]
    fn an_exception_is_for_its_package_only() {
        let text = HELD
            .replace("[graph]", "[graph]\ntargets = []")
            .replace("[bans]", "[bans]\ndeny = []")
            .replace(
                "[licenses]",
                "[licenses]\nallow = [\"MIT\"]\nexceptions = [{ crate = \"book\", allow = [\"MPL-2.0\"] }]",
            );
        let rules = Rules::parse(&text);
        let of = |license: &str| {
            let others =
                [("ours", "MIT", &[][..]), ("other", license, &[]), ("book", "MPL-2.0", &[])];
            broken(&rules, packages(&others))
        };
        assert_eq!(of("MIT"), Vec::<String>::new());
        assert_eq!(of("MPL-2.0"), ["`other` 1.2.0 has the licence `MPL-2.0`"]);
    }

    #[test]
    fn packages_come_from_one_registry_and_in_a_version() {
        let mut metadata = packages(&[("ours", "MIT", &[]), ("theirs", "MIT", &[])]);
        metadata["packages"][0]["source"] = Value::Null;
        metadata["packages"][0]["dependencies"] = json!([
            {"name": "domain", "req": "*", "path": "/domain"},
            {"name": "theirs", "req": "*", "path": null},
        ]);
        metadata["packages"][1]["source"] = json!("git+https://example.com/theirs");
        assert_eq!(
            broken(&rules(["[]", "[\"MIT\"]"]), metadata),
            [
                "`ours` depends on any version of `theirs`",
                "`theirs` 1.2.0 comes from `git+https://example.com/theirs`",
            ]
        );
    }

    #[test]
    #[should_panic(expected = "says something else than what is held")]
    fn a_rule_that_nobody_holds_is_an_error() {
        let lists = "[graph]\ntargets = []\n[bans]\ndeny = []\n[licenses]\nallow = []\n";
        let _ = Rules::parse(&format!("{lists}confidence-threshold = 0.9\n"));
    }
}
