//! The list for the actions of one service.

use super::bits::Bits;
use super::candidates::{Rules, candidates};
use super::cover::Problem;
use super::list::{ELEMENT_OVERHEAD, parsed, to_u32};
use super::names::Names;
use super::stable::{coverable, is_stable, pinned};
use super::wildcards::{Compression, Readability, Wildcards};
use super::words;
use crate::catalog::{ActionId, Catalog, Service};
use crate::pattern::Pattern;

/// The patterns for `ids`, actions of `service`, in no particular order.
pub(super) fn compress_service(
    service: &Service,
    ids: &[ActionId],
    catalog: &Catalog,
    how: Compression,
) -> Vec<Pattern> {
    let namespace = &service.namespace;
    let mut patterns = Vec::new();
    let mut write = |name: &str| patterns.extend(parsed(format!("{namespace}:{name}")));
    let at_least = match how.readability {
        Readability::Words => 2,
        Readability::LastResort => 1,
    };
    if how.wildcards == Wildcards::None || ids.len() < at_least {
        for &id in ids {
            write(catalog.name(id));
        }
        return patterns;
    }
    if how.wildcards == Wildcards::Exact && ids.len() == service.ids().count() {
        write("*");
        return patterns;
    }
    let names = Names::of(service.ids().map(|id| catalog.name(id)));
    let place = |id: ActionId| id.index() - service.actions.start.index();
    let mut wanted = Bits::none(names.len());
    wanted.extend(ids.iter().copied().map(place));
    let coverable = coverable(&wanted, service, catalog, how.wildcards);
    let overhead = namespace.len() + 1 + ELEMENT_OVERHEAD;
    let rules = Rules {
        wanted: &coverable,
        matchable: &coverable,
        unwanted: &Bits::all(names.len()).without(&coverable),
        at_least: to_u32(at_least),
        pinned: match how.wildcards {
            Wildcards::Stable => &pinned,
            Wildcards::Exact | Wildcards::None => &|_| Some(0),
        },
        accepts: &|glob, matched| how.wildcards != Wildcards::Stable || is_stable(glob, matched),
        overhead,
    };
    let spelt = || service.ids().map(|id| catalog.name(id));
    let mut found = candidates(&names, spelt(), words::words, &rules);
    if how.readability == Readability::LastResort && how.wildcards != Wildcards::Stable {
        found.extend(candidates(&names, spelt(), words::letters, &rules));
    }
    let costs: Vec<u32> =
        (0..names.len()).map(|place| to_u32(names.get(place).len() + overhead)).collect();
    let prices: Vec<u32> =
        found.iter().map(|candidate| to_u32(candidate.glob.len() + overhead)).collect();
    let problem =
        Problem { candidates: &found, wanted: &coverable, costs: &costs, prices: &prices };
    let cover = problem.solve();
    for candidate in cover.chosen.iter().filter_map(|&chosen| found.get(chosen)) {
        write(&candidate.glob);
    }
    for &id in ids {
        if cover.written_out.contains(place(id)) || !coverable.contains(place(id)) {
            write(catalog.name(id));
        }
    }
    patterns
}
