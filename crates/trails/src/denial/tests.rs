use super::*;
use DeniedBy::{
    IdentityPolicy, NotSaid, PermissionsBoundary, ResourceControlPolicy, ResourcePolicy,
    ServiceControlPolicy, SessionPolicy, VpcEndpointPolicy,
};
use Manner::{Explicit, Implicit};

const USER: &str = "User: arn:aws:iam::777788889999:user/JohnDoe is not authorized to perform: ";

fn read(code: &str, message: &str) -> (Option<String>, DeniedBy, Manner, Option<String>) {
    let refusal = Refusal::of(Some(code), Some(message)).unwrap();
    (refusal.action.map(String::from), refusal.by, refusal.manner, refusal.policy)
}

#[test]
fn every_form_of_the_user_guide_says_kind_manner_and_action() {
    let queue = "on resource: arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:*";
    let forms = [
        ("because no service control policy allows the A action", ServiceControlPolicy, Implicit),
        ("with an explicit deny in a service control policy", ServiceControlPolicy, Explicit),
        ("because no resource control policy allows the A action", ResourceControlPolicy, Implicit),
        ("with an explicit deny in a resource control policy", ResourceControlPolicy, Explicit),
        ("because no VPC endpoint policy allows the A action", VpcEndpointPolicy, Implicit),
        ("with an explicit deny in a VPC endpoint policy", VpcEndpointPolicy, Explicit),
        ("because no permissions boundary allows the A action", PermissionsBoundary, Implicit),
        ("with an explicit deny in a permissions boundary", PermissionsBoundary, Explicit),
        ("because no session policy allows the A action", SessionPolicy, Implicit),
        ("with an explicit deny in a session policy", SessionPolicy, Explicit),
        ("with an explicit deny in a session policies", SessionPolicy, Explicit),
        ("because no resource-based policy allows the A action", ResourcePolicy, Implicit),
        ("with an explicit deny in a resource-based policy", ResourcePolicy, Explicit),
        ("because no role trust policy allows the sts:AssumeRole action", ResourcePolicy, Implicit),
        ("with an explicit deny in the role trust policy", ResourcePolicy, Explicit),
        ("because no identity-based policy allows the A action", IdentityPolicy, Implicit),
        ("with an explicit deny in an identity-based policy", IdentityPolicy, Explicit),
        ("with an explicit deny", NotSaid, Explicit),
        ("because no such thing", NotSaid, Implicit),
        ("", NotSaid, Manner::NotSaid),
    ];
    for (reason, by, manner) in forms {
        for resource in ["", queue] {
            let message = format!("{USER}codedeploy:ListDeployments {resource} {reason}");
            let action = Some("codedeploy:ListDeployments".to_owned());
            assert_eq!(read("AccessDenied", &message), (action, by, manner, None), "{message}");
        }
    }
}

#[test]
fn a_policy_that_the_message_names_is_read_also_before_an_encoded_message() {
    let policy = "arn:aws:iam::111122223333:policy/leastwise/mira";
    for end in ["", ".", ". Encoded authorization failure message: AbC_1-d", " (Service: Ec2)"] {
        let message = format!(
            "You are not authorized to perform this operation. {USER}ec2:RunInstances on resource: \
             arn:aws:ec2:ap-southeast-1:111122223333:instance/* with an explicit deny in a \
             permissions boundary: {policy}{end}"
        );
        let (action, by, manner, found) = read("Client.UnauthorizedOperation", &message);
        assert_eq!((by, manner), (PermissionsBoundary, Explicit), "{end}");
        let expected = (Some("ec2:RunInstances"), Some(policy));
        assert_eq!((action.as_deref(), found.as_deref()), expected, "{end}");
    }
}

#[test]
fn a_fault_that_crosses_accounts_is_of_the_first_kind_that_is_named() {
    let message = format!(
        "{USER}SNS:Publish on resource: arn:aws:sns:us-east-1:111122223333:t with an explicit deny \
         in a VPC endpoint policy transitively through a service control policy"
    );
    let action = Some("SNS:Publish".to_owned());
    assert_eq!(read("AuthorizationError", &message), (action, VpcEndpointPolicy, Explicit, None));
}

#[test]
fn what_says_nothing_is_a_denial_all_the_same() {
    let encoded = "You are not authorized to perform this operation. Encoded authorization failure \
                   message: 5xQ-because no permissions boundary";
    let silent = (None, NotSaid, Manner::NotSaid, None);
    assert_eq!(read("AccessDenied", "Access Denied"), silent);
    assert_eq!(
        read("UnauthorizedOperation", "You are not authorized to perform this operation."),
        silent
    );
    assert_eq!(read("Client.UnauthorizedOperation", encoded).0, None);
    assert_eq!(
        read("AccessDenied", "User is not authorized to perform: rds:CopyDBSnapshot"),
        (Some("rds:CopyDBSnapshot".to_owned()), NotSaid, Manner::NotSaid, None)
    );
    let refusal = Refusal::of(Some("AccessDeniedException"), None).unwrap();
    assert_eq!((refusal.action, refusal.by), (None, NotSaid));
    let refusal = Refusal::of(Some("VpceAccessDenied"), None).unwrap();
    assert_eq!(refusal.by, VpcEndpointPolicy);
}

#[test]
fn an_object_that_is_named_like_a_reason_gives_none() {
    let key = "x because no permissions boundary allows the s3:GetObject action";
    let message = format!("{USER}s3:GetObject on resource: \"arn:aws:s3:::b/{key}\"");
    assert_eq!(read("AccessDenied", &message).1, NotSaid);
    let message =
        format!("{message} because no identity-based policy allows the s3:GetObject action");
    assert_eq!(read("AccessDenied", &message).1, IdentityPolicy);
    let quoting = format!("{USER}s3:GetObject on resource: \"arn:aws:s3:::b/a\" {key}\"");
    assert_eq!(read("AccessDenied", &quoting).1, NotSaid);
    let cut_off = format!("{USER}s3:GetObject on resource: \"arn:aws:s3:::b/{key}");
    assert_eq!(read("AccessDenied", &cut_off).1, NotSaid);
}

#[test]
fn other_errors_and_none_are_no_denial() {
    for code in [
        None,
        Some(""),
        Some("NoSuchBucket"),
        Some("Client.DryRunOperation"),
        Some("ThrottlingException"),
    ] {
        assert_eq!(Refusal::of(code, Some("Rate exceeded")), None);
    }
    let message = format!("{USER}glue:GetTable");
    assert!(Refusal::of(Some("InternalFailure"), Some(&message)).is_some());
    assert_eq!(Refusal::of(None, Some(&message)), None);
}
