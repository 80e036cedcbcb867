//! What a boundary would change, for people.

use super::extent::{Extent, counted};
use crate::page::{BAD, DOUBTFUL, GOOD, NEXT, Page, Words};
use anstyle::Style;
use leastwise_report::reasons::{self, Group, Item};
use leastwise_rightsizing::boundary::MAX_POLICY_CHARACTERS;
use leastwise_rightsizing::presentation::{PlanJson, RefusalJson};

/// How many things of one reason are named. The JSON has all.
const LISTED: usize = 24;

/// Says why there is no boundary.
pub(super) fn refused(page: &mut Page, RefusalJson { error, reason }: &RefusalJson) {
    let refused = Words::default().styled(BAD, "none is planned").and(&format!(" ({error})"));
    page.item(refused.and(&format!(": {reason}")));
}

/// Says what the boundary would change, and why.
pub(super) fn planned(page: &mut Page, plan: &PlanJson) {
    page.item(index(plan));
    page.item(size(plan));
    let kept = Words::default().styled(GOOD, "kept: ").and(&Extent::kept(plan).to_string());
    section(page, kept, &reasons::kept(plan, LISTED));
    let unknown = Extent::unknown(plan);
    if unknown != Extent::default() {
        let head = Words::default().styled(DOUBTFUL, "kept because its use is unknown: ");
        section(page, head.and(&unknown.to_string()), &reasons::unknown(plan, LISTED));
    }
    let dropped = Words::default().styled(BAD, "dropped: ").and(&Extent::dropped(plan).to_string());
    section(page, dropped, &reasons::dropped(plan, LISTED));
    extras(page, plan);
    for warning in &plan.warnings {
        let head = Words::default().styled(DOUBTFUL, "warning: ");
        page.item(head.and(&warning.message));
    }
}

/// The index now and then.
fn index(plan: &PlanJson) -> Words {
    let shown = |index: Option<u8>| index.map_or_else(|| "unknown".to_owned(), |it| it.to_string());
    let (now, then) = (shown(plan.index), shown(plan.expected_index));
    Words::from("index: ").and(&now).and(" → ").styled(NEXT, &then)
}

fn size(plan: &PlanJson) -> Words {
    let PlanJson { characters, wildcards, .. } = plan;
    let percent = 100 * characters / MAX_POLICY_CHARACTERS;
    let grow = match plan.may_grow_in_harm.len() {
        0 => String::new(),
        count => format!(
            ", of which {} may one day match a write that AWS adds",
            counted(count, "pattern")
        ),
    };
    Words::from(format!(
        "size: {characters} of {MAX_POLICY_CHARACTERS} characters ({percent} %), with {wildcards} wildcards{grow}"
    ))
}

fn section(page: &mut Page, head: Words, groups: &[Group<'_>]) {
    page.item(head);
    for group in groups {
        page.under_item(reason(group));
    }
}

/// A reason and what it is about.
fn reason(group: &Group<'_>) -> Words {
    let why = reasons::in_words(group.why);
    let why = match group.by {
        Some(by) => format!("{why}, by {by}: "),
        None => format!("{why}: "),
    };
    let named: Vec<String> = group.items.iter().map(item).collect();
    let more = match group.total - group.items.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Words::default().styled(Style::new().italic(), &why).and(&named.join(", ")).and(&more)
}

fn item(Item(name, day, source): &Item<'_>) -> String {
    match (day, source) {
        (Some(day), Some(source)) => format!("{name} ({day}, {source})"),
        (Some(day), None) => format!("{name} ({day})"),
        (None, _) => (*name).to_owned(),
    }
}

fn extras(page: &mut Page, plan: &PlanJson) {
    if plan.extras.is_empty() {
        return;
    }
    let granted = plan.extras.iter().filter(|extra| extra.granted).count();
    let named: Vec<&str> = plan.extras.iter().take(LISTED).map(|it| it.action.as_str()).collect();
    let more = match plan.extras.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let head = Words::default().styled(DOUBTFUL, "admitted for want of room: ");
    let count = counted(plan.extras.len(), "action");
    page.item(head.and(&format!("{count}, {granted} of them granted now")));
    page.under_item(format!("{}{more}", named.join(", ")));
}
