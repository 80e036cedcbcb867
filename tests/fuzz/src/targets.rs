//! What is read from outside, each with what must hold of it.

mod account;
mod bytes;
mod config_event;
mod earlier_scan;
mod external_score;
mod json;
mod ledger;
mod lists;
mod names;
mod policy_document;
mod remediation_request;
mod report;
mod resource_policy;
mod settings;
mod tags;
mod trails;

use crate::limits::Target;

/// Every target by its name, which is also that of its folder of seeds.
pub const TARGETS: [(&str, Target); 22] = [
    ("account", account::account),
    ("config_event", config_event::config_event),
    ("datagram", trails::datagram),
    ("earlier_scan", earlier_scan::earlier_scan),
    ("json_text", json::json_text),
    ("ledger", ledger::ledger),
    ("list_file", lists::list_file),
    ("list_setting", lists::list_setting),
    ("memory", tags::memory),
    ("names", names::names),
    ("policy_document", policy_document::policy_document),
    ("recorded_item", account::recorded_item),
    ("remediation_request", remediation_request::remediation_request),
    ("report", report::report),
    ("resource_policy", resource_policy::resource_policy),
    ("rule_parameters", config_event::rule_parameters),
    ("score_answer", external_score::score_answer),
    ("score_secret", external_score::score_secret),
    ("settings", settings::settings),
    ("tags", tags::tags),
    ("trail", trails::trail),
    ("usage_file", trails::usage_file),
];
