//! The lists that a run goes by, loaded once before anybody is judged.

use crate::parameters::RuleParameters;
use crate::settings::Settings;
use leastwise_aws::lists::{ListError, load_exemptions, load_list};
use leastwise_aws::ports::{FindGroup, ReadObject};
use leastwise_rightsizing::settings::{Judging, PrincipalList};
use leastwise_rightsizing::verdict::RuleSettings;

/// How principals are judged, with everybody and everything that a list names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lists {
    /// How principals are judged.
    pub rules: RuleSettings,
    /// Who carries no tags that say how they were judged.
    pub do_not_tag: PrincipalList,
}

/// Loads every list that the settings name with the function's `own` credentials, and looks the
/// group of administrators up in the account that is judged.
///
/// # Errors
///
/// [`ListError`] for the first one that cannot be read or understood, and for a group that does not
/// exist: then nobody may be judged, since it may have been the one that exempts them.
pub async fn load(
    parameters: &RuleParameters,
    settings: &Settings,
    own: &impl ReadObject,
    aws: &impl FindGroup,
) -> Result<Lists, ListError> {
    let exemptions = load_exemptions(&parameters.exemptions, own, aws).await?;
    let ignored_policies = load_list(&parameters.ignored_policies, own).await?;
    let judging = Judging { ignored_policies, ..parameters.settings.judging.clone() };
    Ok(Lists {
        rules: RuleSettings { exemptions, judging, ..parameters.settings.clone() },
        do_not_tag: load_list(&settings.do_not_tag, own).await?,
    })
}
