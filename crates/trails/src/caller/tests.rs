use super::*;
use serde_json::{Value, json};

const OWN: &str = "111122223333";
const ROLE: &str = "arn:aws:iam::111122223333:role/team/reporter";
const USER: &str = "arn:aws:iam::111122223333:user/eng/mira";
const ROLE_ID: &str = "AROAEXAMPLE000000001";
const USER_ID: &str = "AIDAEXAMPLE000000001";

#[expect(clippy::needless_pass_by_value, reason = "tests hand over `json!` as it stands")]
fn caller(identity: Value) -> Caller {
    let text = identity.to_string();
    serde_json::from_str::<UserIdentity<'_>>(&text).unwrap().caller(OWN)
}

fn principal(id: Option<&str>, arn: Option<&str>) -> Caller {
    let arn = arn.map(|arn| arn.parse().unwrap());
    let subject = match id {
        Some(id) => Subject::Id(id.parse().unwrap(), arn),
        None => Subject::Arn(arn.unwrap()),
    };
    Caller::Principal { subject, account: OWN.to_owned() }
}

fn session(arn: &str, principal_id: &str, issuer: &Value) -> Caller {
    caller(json!({
        "type": "AssumedRole", "principalId": principal_id, "arn": arn, "accountId": OWN,
        "accessKeyId": "ASIAEXAMPLE", "sessionContext": {"sessionIssuer": issuer, "attributes": {}},
    }))
}

#[test]
fn a_user_is_known_by_id_and_by_an_arn_with_its_path() {
    let whole = json!({"type": "IAMUser", "principalId": USER_ID, "arn": USER, "accountId": OWN});
    assert_eq!(caller(whole), principal(Some(USER_ID), Some(USER)));
    let by_id = json!({"type": "IAMUser", "principalId": USER_ID, "accountId": OWN});
    assert_eq!(caller(by_id), principal(Some(USER_ID), None));
    assert_eq!(caller(json!({"type": "IAMUser", "arn": USER})), principal(None, Some(USER)));
    // The session of a user, of GetSessionToken or the console, is the user's.
    let session = json!({
        "type": "IAMUser", "principalId": USER_ID, "arn": USER, "accountId": OWN,
        "sessionContext": {"sessionIssuer": {}, "attributes": {"mfaAuthenticated": "true"}},
        "invokedBy": "signin.amazonaws.com",
    });
    assert_eq!(caller(session), principal(Some(USER_ID), Some(USER)));
}

#[test]
fn a_session_of_any_name_is_its_role_with_its_path() {
    let issuer = json!({"type": "Role", "principalId": ROLE_ID, "arn": ROLE, "accountId": OWN});
    for name in ["i-0123456789abcdef0", "mira@example.com", "a:b", "AWSCloudFormation"] {
        let arn = format!("arn:aws:sts::{OWN}:assumed-role/reporter/{name}");
        let found = session(&arn, &format!("{ROLE_ID}:{name}"), &issuer);
        assert_eq!(found, principal(Some(ROLE_ID), Some(ROLE)), "{name}");
    }
    let without_id = json!({"type": "Role", "arn": ROLE});
    assert_eq!(session("", "", &without_id), principal(None, Some(ROLE)));
    let elsewhere = format!("{OWN}:AWSCloudFormation");
    assert_eq!(session("", &elsewhere, &issuer), principal(Some(ROLE_ID), Some(ROLE)));
}

#[test]
fn a_session_without_issuer_is_known_by_its_id_alone_and_never_by_its_arn() {
    let arn = format!("arn:aws:sts::{OWN}:assumed-role/reporter/s");
    let by_id = json!({
        "type": "AssumedRole", "principalId": format!("{ROLE_ID}:s"), "arn": arn, "accountId": OWN,
    });
    assert_eq!(caller(by_id), principal(Some(ROLE_ID), None));
    let by_arn = json!({"type": "AssumedRole", "arn": arn, "accountId": OWN});
    assert_eq!(caller(by_arn), Caller::Unresolved(Unresolved::NoName));
    let no_account = json!({"type": "AssumedRole", "principalId": format!("{ROLE_ID}:s")});
    assert_eq!(caller(no_account), Caller::Unresolved(Unresolved::NoAccount));
}

#[test]
fn service_linked_roles_and_those_of_identity_center_are_roles() {
    for arn in [
        "arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
        "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef",
    ] {
        let issuer = json!({"type": "Role", "principalId": ROLE_ID, "arn": arn, "accountId": OWN});
        let found = session("", &format!("{ROLE_ID}:s"), &issuer);
        assert_eq!(found, principal(Some(ROLE_ID), Some(arn)));
    }
}

#[test]
fn a_federated_user_is_the_user_who_issued_the_session() {
    let federated = |issuer: Value| {
        caller(json!({
            "type": "FederatedUser", "principalId": "111122223333:guest", "accountId": OWN,
            "arn": "arn:aws:sts::111122223333:federated-user/guest",
            "sessionContext": {"sessionIssuer": issuer},
        }))
    };
    let user = json!({"type": "IAMUser", "principalId": USER_ID, "arn": USER, "accountId": OWN});
    assert_eq!(federated(user), principal(Some(USER_ID), Some(USER)));
    let root = json!({"type": "Root", "principalId": OWN, "arn": "arn:aws:iam::111122223333:root"});
    assert_eq!(federated(root), Caller::Nobody(Nobody::Root));
    let role = json!({"type": "Role", "principalId": ROLE_ID, "arn": ROLE, "accountId": OWN});
    assert_eq!(federated(role), principal(Some(ROLE_ID), Some(ROLE)));
    assert_eq!(federated(json!({})), Caller::Unresolved(Unresolved::NoName));
}

#[test]
fn another_account_is_named_and_ours_in_its_record_is_known_by_id() {
    let other =
        json!({"type": "AWSAccount", "accountId": "444455556666", "principalId": "AROAX:s"});
    assert_eq!(caller(other), Caller::OtherAccount("444455556666".to_owned()));
    let ours =
        json!({"type": "AWSAccount", "accountId": OWN, "principalId": format!("{ROLE_ID}:s")});
    assert_eq!(caller(ours), principal(Some(ROLE_ID), None));
    let no_id = json!({"type": "AWSAccount", "accountId": OWN, "principalId": "ANONYMOUS"});
    assert_eq!(caller(no_id), Caller::Unresolved(Unresolved::NoName));
    let anonymous = json!({"type": "AWSAccount", "accountId": "anonymous"});
    assert_eq!(caller(anonymous), Caller::Unresolved(Unresolved::NoAccount));
}

#[test]
fn a_user_of_another_account_keeps_its_account() {
    let arn = "arn:aws:iam::444455556666:user/them";
    let Caller::Principal { account, .. } = caller(json!({"type": "IAMUser", "arn": arn})) else {
        panic!("it is a principal");
    };
    assert_eq!(account, "444455556666");
}

#[test]
fn whoever_is_no_user_or_role_is_said_to_be_that() {
    for (kind, nobody) in [
        ("Root", Nobody::Root),
        ("AWSService", Nobody::AwsService),
        ("SAMLUser", Nobody::IdentityProvider),
        ("WebIdentityUser", Nobody::IdentityProvider),
        ("IdentityCenterUser", Nobody::IdentityCenter),
        ("Directory", Nobody::Directory),
        ("Unknown", Nobody::Unknown),
    ] {
        let identity = json!({"type": kind, "principalId": ROLE_ID, "accountId": OWN, "arn": ROLE});
        assert_eq!(caller(identity), Caller::Nobody(nobody), "{kind}");
    }
}

#[test]
fn what_cannot_be_said_is_not_guessed() {
    let contradiction = Caller::Unresolved(Unresolved::Contradiction);
    assert_eq!(caller(json!({})), Caller::Unresolved(Unresolved::NoIdentity));
    assert_eq!(caller(json!({"type": "Robot"})), Caller::Unresolved(Unresolved::UnknownType));
    let name_only = json!({"type": "IAMUser", "userName": "mira", "accountId": OWN});
    assert_eq!(caller(name_only), Caller::Unresolved(Unresolved::NoName));
    let two = json!({"type": "Role", "principalId": "AROAOTHER", "arn": ROLE});
    assert_eq!(session("", &format!("{ROLE_ID}:s"), &two), contradiction);
    assert_eq!(
        caller(json!({"type": "IAMUser", "principalId": ROLE_ID, "arn": USER})),
        contradiction
    );
    assert_eq!(caller(json!({"type": "IAMUser", "arn": ROLE})), contradiction);
    let user_issues = json!({"type": "IAMUser", "principalId": USER_ID, "arn": USER});
    assert_eq!(session("", "", &user_issues), contradiction);
}

#[test]
fn a_service_that_calls_for_the_principal_is_named() {
    let text = r#"{"type":"IAMUser","invokedBy":"cloudformation.amazonaws.com"}"#;
    let identity: UserIdentity<'_> = serde_json::from_str(text).unwrap();
    assert_eq!(identity.invoked_by(), Some("cloudformation.amazonaws.com"));
    assert_eq!(UserIdentity::default().invoked_by(), None);
}
