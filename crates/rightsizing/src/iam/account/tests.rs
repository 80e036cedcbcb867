use super::*;
use crate::iam::authorization_details::UserDetail;
use crate::iam::library::Parsed;
use crate::iam::policy::{Boundary, GrantingPolicy, PolicySource, UnreadableDocument};
use crate::testing::{allow, days_ago};
use leastwise_policy::document::Document;
use serde_json::json;

const MIRA: &str = "arn:aws:iam::111122223333:user/mira";
const READERS: &str = "arn:aws:iam::111122223333:policy/readers";

fn read(json: &Value) -> Result<Account, AccountError> {
    Account::from_json(&json.to_string())
}

fn refusal(json: &Value) -> String {
    read(json).unwrap_err().to_string()
}

fn only(json: &Value) -> Principal {
    let principals = read(json).unwrap().into_principals();
    let [principal] = <[Principal; 1]>::try_from(principals).unwrap();
    principal
}

fn user(more: Value) -> Value {
    let mut user = json!({ "Arn": MIRA, "UserId": "AIDAEXAMPLE0MIRAUSER" });
    user.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    user
}

fn s3() -> Value {
    json!({ "Version": "2012-10-17",
                "Statement": [{ "Effect": "Allow", "Action": ["s3:*"], "Resource": "*" }] })
}

fn readers(versions: Value) -> Value {
    json!([{ "Arn": READERS, "DefaultVersionId": "v2", "PolicyVersionList": versions }])
}

fn inline(name: &str, document: Parsed) -> GrantingPolicy {
    GrantingPolicy { source: PolicySource::Inline { name: name.into() }, document }
}

#[test]
fn a_user_has_its_own_policies_and_those_of_its_groups() {
    let account = json!({
        "UserDetailList": [user(json!({
            "Path": "/", "UserName": "mira", "CreateDate": "2026-06-29T12:00:00+00:00",
            "GroupList": ["staff"],
            "UserPolicyList": [{ "PolicyName": "own", "PolicyDocument": s3() }],
            "AttachedManagedPolicies": [{ "PolicyName": "readers", "PolicyArn": READERS }],
            "Tags": [{ "Key": "team", "Value": "billing" }],
            "PermissionsBoundary": {
                "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": READERS
            }
        }))],
        "GroupDetailList": [{
            "GroupName": "staff",
            "GroupPolicyList": [{ "PolicyName": "shared", "PolicyDocument": s3() }],
            "AttachedManagedPolicies": [{ "PolicyName": "readers", "PolicyArn": READERS }]
        }],
        "RoleDetailList": [],
        "Policies": readers(json!([
            { "VersionId": "v1", "IsDefaultVersion": false, "Document": {},
              "CreateDate": "2026-06-10T12:00:00Z" },
            { "VersionId": "v2", "IsDefaultVersion": true, "Document": s3(),
              "CreateDate": "2026-06-20T12:00:00+00:00" }
        ])),
        "IsTruncated": false
    });
    let document = || Ok(allow(&["s3:*"]));
    let policy = |source| GrantingPolicy { source, document: document() };
    let staff = || "staff".to_owned();
    assert_eq!(
        only(&account),
        Principal {
            arn: MIRA.parse().unwrap(),
            unique_id: "AIDAEXAMPLE0MIRAUSER".parse().unwrap(),
            created: Some(days_ago(1)),
            last_used: None,
            tags: BTreeMap::from([("team".to_owned(), "billing".to_owned())]),
            policies: vec![
                policy(PolicySource::Inline { name: "own".into() }),
                policy(PolicySource::Managed { arn: READERS.into() }),
                policy(PolicySource::GroupInline { group: staff(), name: "shared".into() }),
                policy(PolicySource::GroupManaged { group: staff(), arn: READERS.into() }),
            ],
            groups: vec!["staff".into()],
            boundary: Some(Boundary {
                policy_arn: READERS.into(),
                document: document(),
                since: Some(days_ago(10)),
            }),
            trust: None,
        }
    );
}

#[test]
fn a_group_has_its_own_policies_and_the_users_who_are_in_it() {
    let account = json!({
        "UserDetailList": [
            user(json!({ "CreateDate": "2026-06-29T12:00:00Z", "GroupList": ["staff", "ops"] })),
            { "Arn": "arn:aws:iam::111122223333:user/ada", "UserId": "AIDAEXAMPLE0ADAUSER1",
              "GroupList": ["ops"] }
        ],
        "GroupDetailList": [
            { "GroupName": "staff", "Arn": "arn:aws:iam::111122223333:group/all/staff",
              "GroupId": "AGPAEXAMPLE0STAFF", "CreateDate": "2026-06-20T12:00:00Z",
              "GroupPolicyList": [{ "PolicyName": "own", "PolicyDocument": s3() }],
              "AttachedManagedPolicies": [{ "PolicyName": "readers", "PolicyArn": READERS }] },
            { "GroupName": "empty", "Arn": "arn:aws:iam::111122223333:group/all/empty",
              "GroupId": "AGPAEXAMPLE0EMPTY" },
            { "GroupName": "ops" }
        ]
    });
    let account = read(&account).unwrap();
    let policy = PolicySource::Managed { arn: READERS.into() };
    let missing = Err(UnreadableDocument::Missing);
    assert_eq!(
        account.groups(),
        [
            Group {
                arn: "arn:aws:iam::111122223333:group/all/empty".parse().unwrap(),
                unique_id: "AGPAEXAMPLE0EMPTY".parse().unwrap(),
                created: None,
                policies: vec![],
                members: vec![],
            },
            Group {
                arn: "arn:aws:iam::111122223333:group/all/staff".parse().unwrap(),
                unique_id: "AGPAEXAMPLE0STAFF".parse().unwrap(),
                created: Some(days_ago(10)),
                policies: vec![
                    inline("own", Ok(allow(&["s3:*"]))),
                    GrantingPolicy { source: policy, document: missing },
                ],
                members: vec![Some(days_ago(1))],
            },
        ]
    );
}

#[test]
fn a_role_path_is_not_part_of_its_name_and_its_trust_policy_grants_nothing() {
    let role = only(&report_writer(lambda_trusted()));
    assert_eq!((role.arn.name(), role.arn.path()), ("report-writer", "/service-role/"));
    assert_eq!((role.policies, role.created, role.boundary), (vec![], None, None));
    assert_eq!(role.trust, Some(Ok(Document::from_value(lambda_trusted()).unwrap())));
}

#[test]
fn a_role_has_the_date_of_its_last_use_where_iam_gives_one() {
    let last_used = |used: Value| {
        let mut account = report_writer(lambda_trusted());
        account["RoleDetailList"][0]["RoleLastUsed"] = used;
        only(&account).last_used
    };
    let used = json!({ "LastUsedDate": "2026-06-29T12:00:00+00:00", "Region": "eu-central-1" });
    assert_eq!(last_used(used), Some(days_ago(1)));
    assert_eq!((last_used(json!({})), last_used(Value::Null)), (None, None));
    assert_eq!(only(&report_writer(lambda_trusted())).last_used, None);
}

fn report_writer(trust: Value) -> Value {
    json!({ "RoleDetailList": [{
            "Path": "/service-role/", "RoleName": "report-writer", "RoleId": "AROAEXAMPLE0REPORTS",
            "Arn": "arn:aws:iam::111122223333:role/service-role/report-writer",
            "AssumeRolePolicyDocument": trust
        }] })
}

fn lambda_trusted() -> Value {
    json!({ "Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": { "Service": "lambda.amazonaws.com" }
        }] })
}

#[test]
fn a_trust_policy_is_read_from_url_encoded_text_unknown_where_absent_and_kept_where_unreadable() {
    let trust = |document: Value| only(&report_writer(document)).trust;
    let encoded: String = lambda_trusted()
        .to_string()
        .bytes()
        .map(|byte| format!("%{byte:02X}"))
        .collect::<Vec<_>>()
        .concat();
    assert_eq!(trust(json!(encoded)), Some(Ok(Document::from_value(lambda_trusted()).unwrap())));
    assert_eq!(trust(Value::Null), None);
    let unreadable = only(&report_writer(json!({})));
    assert_eq!(
        unreadable.trust.as_ref().unwrap().as_ref().unwrap_err().to_string(),
        "its text is malformed: the policy document has no `Statement`"
    );
    assert_eq!(unreadable.granting_documents(), Ok(vec![]));
}

#[test]
fn a_document_is_the_same_as_an_object_as_text_url_encoded_or_alone_in_an_array() {
    let text = s3().to_string();
    let encoded: String =
        text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    for document in [s3(), json!(text), json!(encoded), json!([s3()]), json!([encoded])] {
        let policies = json!([{ "PolicyName": "own", "PolicyDocument": document }]);
        let account = json!({ "UserDetailList": [user(json!({ "UserPolicyList": policies }))] });
        assert_eq!(only(&account).policies, [inline("own", Ok(allow(&["s3:*"])))]);
    }
}

#[test]
fn null_and_missing_lists_are_empty() {
    let null = json!({
        "UserDetailList": [user(json!({
            "UserPolicyList": null, "GroupList": null, "AttachedManagedPolicies": null,
            "Tags": null, "PermissionsBoundary": null, "CreateDate": null
        }))],
        "GroupDetailList": null, "RoleDetailList": null, "Policies": null,
        "IsTruncated": null, "Marker": null
    });
    let missing = json!({ "UserDetailList": [user(json!({}))] });
    assert_eq!(only(&null), only(&missing));
    assert_eq!(only(&null).granting_documents(), Ok(vec![]));
}

#[test]
fn what_cannot_be_read_is_unknown_and_never_nothing() {
    let unreadable = |user_details: Value, lists: Value| {
        let mut account = json!({ "UserDetailList": [user(user_details)] });
        account.as_object_mut().unwrap().extend(lists.as_object().unwrap().clone());
        let principal = only(&account);
        let identity = principal.granting_documents().map(|documents| documents.len());
        identity.and(principal.boundary_document()).unwrap_err().to_string()
    };
    let attached = || json!({ "AttachedManagedPolicies": [{ "PolicyArn": READERS }] });
    let missing = format!(
        "what managed policy `{READERS}` grants is unknown: its text is missing from the account data"
    );
    assert_eq!(unreadable(attached(), json!({})), missing);
    for versions in [
        json!([]),
        json!([{ "VersionId": "v1", "IsDefaultVersion": false, "Document": s3() }]),
        json!([{ "VersionId": "v1", "IsDefaultVersion": true, "Document": s3() }]),
        json!([{ "VersionId": "v2", "IsDefaultVersion": true }]),
    ] {
        assert_eq!(unreadable(attached(), json!({ "Policies": readers(versions) })), missing);
    }
    assert_eq!(
        unreadable(
            json!({ "UserPolicyList": [{ "PolicyName": "own", "PolicyDocument": "{\"Statement\":" }] }),
            json!({})
        ),
        "what inline policy `own` grants is unknown: its text is malformed: \
             the policy document is not JSON: EOF while parsing a value at line 1 column 13"
    );
    assert_eq!(
        unreadable(json!({ "GroupList": ["staff"] }), json!({})),
        "what group `staff` grants is unknown: its text is missing from the account data"
    );
    let staff =
        json!({ "GroupName": "staff", "AttachedManagedPolicies": [{ "PolicyArn": READERS }] });
    assert_eq!(
        unreadable(json!({ "GroupList": ["staff"] }), json!({ "GroupDetailList": [staff] })),
        format!(
            "what managed policy `{READERS}` of group `staff` grants is unknown: \
                 its text is missing from the account data"
        )
    );
    assert_eq!(
        unreadable(
            json!({ "PermissionsBoundary": { "PermissionsBoundaryArn": READERS } }),
            json!({})
        ),
        format!(
            "what permissions boundary `{READERS}` allows is unknown: its text is missing from the account data"
        )
    );
}

#[test]
fn the_version_in_force_is_the_one_that_the_policy_names() {
    let s3 = || {
        vec![GrantingPolicy {
            source: PolicySource::Managed { arn: READERS.into() },
            document: Ok(allow(&["s3:*"])),
        }]
    };
    for versions in [
        json!([{ "VersionId": "v3", "IsDefaultVersion": true }, { "VersionId": "v2", "Document": s3_text() }]),
        json!([{ "IsDefaultVersion": true, "Document": s3_text() }]),
    ] {
        let attached = json!({ "AttachedManagedPolicies": [{ "PolicyArn": READERS }] });
        let account = json!({ "UserDetailList": [user(attached)], "Policies": readers(versions) });
        assert_eq!(only(&account).policies, s3());
    }
}

fn s3_text() -> Value {
    json!(s3().to_string())
}

#[test]
fn pages_are_put_together_before_policies_and_groups_are_looked_up() {
    let pages = json!([
        { "UserDetailList": [user(json!({ "GroupList": ["staff"] }))],
          "IsTruncated": true, "Marker": "m1" },
        { "GroupDetailList": [{ "GroupName": "staff", "GroupPolicyList": [
              { "PolicyName": "shared", "PolicyDocument": s3() }] }],
          "IsTruncated": false }
    ]);
    assert_eq!(
        only(&pages).policies,
        [GrantingPolicy {
            source: PolicySource::GroupInline { group: "staff".into(), name: "shared".into() },
            document: Ok(allow(&["s3:*"])),
        }]
    );
}

#[test]
fn data_that_goes_on_elsewhere_is_refused() {
    let incomplete = |marker: &str| {
        format!(
            "the account data is incomplete: more was to follow marker `{marker}`; \
                 save all of it, without `--max-items` and `--no-paginate`"
        )
    };
    let page = |key: &str, value: Value| json!({ "UserDetailList": [], key: value });
    assert_eq!(refusal(&page("Marker", json!("m1"))), incomplete("m1"));
    assert_eq!(refusal(&page("NextToken", json!("t1"))), incomplete("t1"));
    assert_eq!(refusal(&page("IsTruncated", json!(true))), incomplete("(none given)"));
    assert_eq!(refusal(&json!([page("Marker", json!("m1"))])), incomplete("m1"));
    assert!(read(&page("Marker", json!(""))).is_ok());
}

#[test]
fn what_is_no_account_data_is_refused() {
    let empty = "the account data, or a page of it, has none of `UserDetailList`, `RoleDetailList`, \
                     `GroupDetailList`, `Policies`";
    for json in
        [json!({}), json!([]), json!("no"), json!([{ "UserDetailList": [] }, { "Error": 1 }])]
    {
        assert_eq!(refusal(&json), empty);
    }
    let form = "the account data is not what `aws iam get-account-authorization-details` prints: ";
    assert_eq!(
        Account::from_json("{").unwrap_err().to_string(),
        format!("{form}EOF while parsing an object at line 1 column 1")
    );
    assert_eq!(
        refusal(&json!({ "UserDetailList": {} })),
        format!("{form}invalid type: map, expected a sequence")
    );
}

#[test]
fn a_principal_that_is_listed_twice_is_refused() {
    let twice = json!({ "UserDetailList": [user(json!({})), user(json!({}))] });
    assert_eq!(refusal(&twice), format!("the account data lists `{MIRA}` twice"));
}

#[test]
fn a_page_from_iam_itself_with_a_principal_that_cannot_be_identified_is_refused() {
    let nameless = UserDetail { user_id: "AIDAEXAMPLE0MIRAUSER".into(), ..UserDetail::default() };
    let page = AuthorizationDetails {
        user_detail_list: vec![nameless],
        ..AuthorizationDetails::default()
    };
    let error = Account::from_pages(vec![page]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the account data names a principal or group that cannot be identified"
    );
    assert_eq!(
        std::error::Error::source(&error).unwrap().to_string(),
        "`` is not the ARN of an IAM user or role, such as `arn:aws:iam::111122223333:role/path/name`"
    );
}

#[test]
fn a_group_that_is_listed_twice_is_refused_because_users_name_it_by_name_only() {
    let page = || json!({ "GroupDetailList": [{ "GroupName": "staff" }] });
    assert_eq!(
        refusal(&json!([page(), page()])),
        "the account data lists group `staff` twice; give each account by itself"
    );
}

fn named(name: &str) -> Value {
    json!({ "Arn": format!("arn:aws:iam::111122223333:role/{name}"), "RoleName": name,
            "RoleId": format!("AROAEXAMPLE0{name}") })
}

#[test]
fn an_entry_of_odd_form_costs_whom_it_is_about_and_nobody_else() {
    let odd = |change: Value| {
        let mut role = named("odd");
        role.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let account = json!({ "RoleDetailList": [named("plain"), role] });
        let account = read(&account).unwrap();
        let names: Vec<&str> = account.principals().map(|role| role.arn.name()).collect();
        assert_eq!(names, ["plain"]);
        let [entry] = account.unreadable() else { panic!("{:?}", account.unreadable()) };
        assert_eq!((entry.list, entry.place, entry.is_principal()), ("RoleDetailList", 1, true));
        (entry.name.clone().unwrap_or_default(), entry.why.clone())
    };
    let arn = "arn:aws:iam::111122223333:role/odd";
    let no_string = |given: &str| format!("invalid type: {given}, expected a string");
    for (change, why) in [
        (json!({ "Tags": [{ "Key": "a", "Value": null }] }), "missing field `Value`".to_owned()),
        (
            json!({ "Tags": [{ "Key": "a", "Value": "1" }, { "Key": "A", "Value": "2" }] }),
            "the tag `A` is there twice".into(),
        ),
        (json!({ "Tags": { "a": "b" } }), "invalid type: map, expected a sequence".into()),
        (json!({ "CreateDate": "long ago" }), "`long ago` is not an RFC 3339 time".into()),
        (
            json!({ "RoleLastUsed": { "LastUsedDate": "0000" } }),
            "`0000` is not an RFC 3339 time".into(),
        ),
        (
            json!({ "PermissionsBoundary": { "PermissionsBoundaryArn": null } }),
            "missing field `PermissionsBoundaryArn`".into(),
        ),
        (
            json!({ "AttachedManagedPolicies": [{ "PolicyName": "x" }] }),
            "missing field `PolicyArn`".into(),
        ),
        (json!({ "RolePolicyList": [{ "PolicyName": 5 }] }), no_string("integer `5`")),
        (
            json!({ "RoleId": null }),
            "`` is not an IAM unique id, such as `AROAEXAMPLE000000001`: 1 to 128 letters, digits and `_`".into(),
        ),
    ] {
        assert_eq!(odd(change), (arn.to_owned(), why));
    }
    let (name, why) = odd(json!({ "Arn": null }));
    assert_eq!((name.as_str(), why.contains("is not the ARN")), ("odd", true));
    let (name, _) = odd(json!({ "Arn": null, "RoleName": null }));
    assert_eq!(name, "AROAEXAMPLE0odd");
    let (name, _) = odd(json!({ "Arn": null, "RoleName": 1, "RoleId": null }));
    assert_eq!(name, "");
    let (name, _) = odd(json!({ "Arn": MIRA }));
    assert_eq!(name, MIRA);
}

#[test]
fn who_is_listed_again_in_an_odd_entry_is_unknown() {
    let odd = json!({ "Arn": "arn:aws:iam::111122223333:role/twice", "Tags": 1 });
    let account = read(&json!({ "RoleDetailList": [named("twice"), odd] })).unwrap();
    assert_eq!((account.principals().len(), account.unreadable().len()), (0, 1));
}

#[test]
fn what_an_odd_group_or_managed_policy_grants_is_unknown_of_those_who_have_it() {
    let account = json!({
        "UserDetailList": [
            user(json!({ "GroupList": ["staff"] })),
            { "Arn": "arn:aws:iam::111122223333:user/ada", "UserId": "AIDAEXAMPLE0ADAUSER1",
              "AttachedManagedPolicies": [{ "PolicyArn": READERS }] }
        ],
        "GroupDetailList": [{ "GroupName": "staff", "GroupPolicyList": 1 }],
        "Policies": [{ "Arn": READERS, "PolicyVersionList": 1 }]
    });
    let account = read(&account).unwrap();
    let why = |user: &Principal| user.granting_documents().unwrap_err().to_string();
    let [ada, mira] = &account.principals().map(why).collect::<Vec<_>>()[..] else { panic!() };
    let unreadable = |list: &str| {
        format!(
            "its entry in `{list}` cannot be read: invalid type: integer `1`, expected a sequence; \
             save the account data again"
        )
    };
    assert_eq!(
        *ada,
        format!("what managed policy `{READERS}` grants is unknown: {}", unreadable("Policies"))
    );
    let staff = unreadable("GroupDetailList");
    assert_eq!(*mira, format!("what group `staff` grants is unknown: {staff}"));
}

#[test]
fn a_managed_policy_with_two_texts_is_unknown_and_one_that_is_listed_twice_alike_is_not() {
    let version = |document: Value| json!({ "VersionId": "v2", "IsDefaultVersion": true, "Document": document });
    let policy = |document: Value| json!({ "Arn": READERS, "DefaultVersionId": "v2", "PolicyVersionList": [version(document)] });
    let other = json!({ "Statement": [{ "Effect": "Deny", "Action": "s3:*", "Resource": "*" }] });
    let document = |policies: Value| {
        let attached = json!({ "AttachedManagedPolicies": [{ "PolicyArn": READERS }] });
        let account = json!({ "UserDetailList": [user(attached)], "Policies": policies });
        only(&account).policies[0].document.clone()
    };
    let alike = json!([policy(s3()), policy(json!(s3().to_string())), policy(Value::Null)]);
    assert_eq!(document(alike), Ok(allow(&["s3:*"])));
    let differing = Err(UnreadableDocument::Differing);
    assert_eq!(document(json!([policy(s3()), policy(other.clone())])), differing);
    assert_eq!(document(json!([policy(other.clone()), policy(s3()), policy(s3())])), differing);
    assert_eq!(document(readers(json!([version(s3()), version(other)]))), differing);
}

#[test]
fn two_accounts_in_one_are_refused() {
    let other = json!({ "Arn": "arn:aws:iam::444455556666:role/app", "RoleId": "AROAEXAMPLE0APP" });
    assert_eq!(
        refusal(&json!([{ "RoleDetailList": [named("app")] }, { "RoleDetailList": [other] }])),
        "the account data has principals of two accounts, `111122223333` and `444455556666`; \
         give each account by itself"
    );
}

#[test]
fn a_key_named_twice_is_an_error_but_within_a_policy_it_costs_whom_the_policy_belongs_to() {
    let plain = named("plain");
    let refused =
        Account::from_json(&format!(r#"{{ "RoleDetailList": [{plain}], "RoleDetailList": [] }}"#));
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("the key `RoleDetailList` is there twice"), "{refused}");

    let account = Account::from_json(&format!(
        r#"{{ "RoleDetailList": [{plain}, {{
            "Arn": "arn:aws:iam::111122223333:role/twice", "RoleId": "AROAEXAMPLE0TWICE",
            "RolePolicyList": [{{ "PolicyName": "own", "PolicyDocument": {{
                "Statement": [], "Statement": [{{ "Effect": "Deny", "Action": "*", "Resource": "*" }}]
            }} }}]
        }}] }}"#
    ))
    .unwrap();
    let [plain, twice] = &account.into_principals()[..] else { panic!() };
    assert_eq!(plain.granting_documents(), Ok(vec![]));
    let why = twice.granting_documents().unwrap_err().to_string();
    assert!(why.contains("the key `Statement` is there twice"), "{why}");
}
