//! What an external score service answers, and the secret that names it.

use super::bytes::{text, value};
use leastwise_external_score::{Credentials, answer};
use leastwise_rightsizing::iam::PrincipalKind;

/// What stands in the seeds where nothing may be shown.
const SECRET: &str = "hidden-key";

/// An answer to any of the calls.
pub(super) fn score_answer(input: &[u8]) {
    let Some(answer) = value(input) else { return };
    if let Some(code) = answer::error_code(&answer, [SECRET].into_iter()) {
        assert!(!code.contains(SECRET) && !code.contains(char::is_control), "{code:?} is shown");
    }
    let _ = answer::access_token(&answer);
    for kind in [PrincipalKind::User, PrincipalKind::Role] {
        match answer::identities(&answer, kind) {
            Ok(identities) => assert!(identities.iter().all(|identity| !identity.name.is_empty())),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    let _ = answer::policies(&answer);
}

/// The text of the secret.
pub(super) fn score_secret(input: &[u8]) {
    let Some(text) = text(input) else { return };
    match Credentials::parse(text) {
        // The host may be shown.
        Ok(_) if value(input).is_some_and(|secret| secret["url"].to_string().contains(SECRET)) => {}
        Ok(credentials) => assert!(!format!("{credentials:?}").contains(SECRET)),
        Err(error) => assert!(!error.to_string().contains(SECRET), "{error}"),
    }
}
