//! The ways from one principal to another, and those by which it grants itself more.

use super::actions::{
    ADD_TO_GROUP, ASSUME_ROLE, CREATE_ROLE, CREATE_USER, CREDENTIALS, PASS_ROLE, UPDATE_TRUST,
    WRITE_GROUP, WRITE_POLICY, WRITE_ROLE, WRITE_USER,
};
use super::node::{Kind, Node};
use super::takers::{INSTANCES, ON_INSTANCES, Steps, TAKERS};
use super::trust::Admission;

/// The actions of one way, in their order; none where a trust policy is enough.
pub(super) type Way = Vec<&'static str>;

/// A principal or group, with what decides about its ways that no target does.
#[derive(Debug)]
pub(super) struct Traveller<'a> {
    node: &'a Node,
    /// Of each service that takes roles the ways in which it may have that run something.
    launching: Vec<(&'static str, Vec<Steps>)>,
    /// The ways in which it may have an instance of EC2 run something.
    on_instances: Vec<Steps>,
    may_pass: bool,
}

impl<'a> Traveller<'a> {
    pub(super) fn new(node: &'a Node) -> Self {
        let may = |steps: &&Steps| steps.iter().all(|action| node.powers.may(action));
        let may_pass = node.powers.may(PASS_ROLE);
        let launching = TAKERS.iter().filter(|_| may_pass).map(|taker| {
            (taker.service, taker.with.iter().filter(may).copied().collect::<Vec<Steps>>())
        });
        Self {
            node,
            launching: launching.filter(|(_, with)| !with.is_empty()).collect(),
            on_instances: ON_INSTANCES.iter().filter(may).copied().collect(),
            may_pass,
        }
    }

    /// The ways to act as `target`; none where there is none.
    pub(super) fn to(&self, target: &Node) -> Vec<Way> {
        match target.kind {
            Kind::User => self.by_credentials(target),
            Kind::Role => {
                let mut ways = self.by_assuming(target);
                ways.extend(self.by_passing(target));
                ways.extend(self.on_instances(target));
                ways.extend(self.single(&[UPDATE_TRUST], &target.arn));
                // What needs nothing but trust is named last.
                ways.sort_by_key(Vec::is_empty);
                ways
            }
            Kind::ServiceLinkedRole => self.by_assuming(target),
            Kind::Member => self.by_joining(target),
        }
    }

    /// The actions by which it may write what `target` is granted.
    pub(super) fn writing(&self, target: &Node) -> Vec<&'static str> {
        let powers = &self.node.powers;
        let own = match target.kind {
            Kind::User => WRITE_USER,
            Kind::Role => WRITE_ROLE,
            Kind::Member => WRITE_GROUP,
            Kind::ServiceLinkedRole => return Vec::new(),
        };
        let direct = own.into_iter().filter(|action| powers.may_on(action, &target.arn));
        let by_policy = WRITE_POLICY
            .into_iter()
            .filter(|action| target.carried.iter().any(|policy| powers.may_on(action, policy)));
        direct.chain(by_policy).collect()
    }

    /// The ways to grant itself more. `group_arn` has the ARN of a group by name, where it is
    /// known.
    pub(super) fn to_more(&self, group_arn: impl Fn(&str) -> Option<String>) -> Vec<Way> {
        let powers = &self.node.powers;
        let is_user = matches!(self.node.kind, Kind::User | Kind::Member);
        let mut single = match self.node.kind {
            // Whose ARN it is that they write, of a group of users, is open.
            Kind::Member => {
                let of_user = WRITE_USER.into_iter().filter(|action| powers.may(action));
                of_user.chain(self.writing(self.node)).collect()
            }
            Kind::User | Kind::Role | Kind::ServiceLinkedRole => self.writing(self.node),
        };
        for group in self.node.groups.iter().filter(|_| is_user) {
            let may = |action: &&'static str| match group_arn(group) {
                Some(arn) => powers.may_on(action, &arn),
                None => powers.may(action),
            };
            single.extend(WRITE_GROUP.into_iter().filter(may));
        }
        single.sort_unstable();
        single.dedup();
        single.into_iter().map(|action| vec![action]).chain(self.by_making()).collect()
    }

    /// The ways to make a principal that may do anything, and to act as it.
    fn by_making(&self) -> Vec<Way> {
        let powers = &self.node.powers;
        let both = |make: &'static str, write: [&'static str; 2]| {
            write.into_iter().filter(move |write| powers.may_both(make, write))
        };
        let roles = both(CREATE_ROLE, WRITE_ROLE).map(|write| vec![CREATE_ROLE, write]);
        let users = both(CREATE_USER, WRITE_USER).flat_map(|write| {
            let [key, password, _] = CREDENTIALS;
            let act = [key, password].into_iter().filter(|act| powers.may_both(CREATE_USER, act));
            act.map(move |act| vec![CREATE_USER, write, act])
        });
        roles.chain(users).collect()
    }

    fn by_credentials(&self, user: &Node) -> Vec<Way> {
        self.single(&CREDENTIALS, &user.arn)
    }

    fn single(&self, actions: &[&'static str], target: &str) -> Vec<Way> {
        let powers = &self.node.powers;
        let may = actions.iter().filter(|action| powers.may_on(action, target));
        may.map(|action| vec![*action]).collect()
    }

    /// A trust policy that names a user is enough by itself, and so is one that names a role as far
    /// as the boundary of that role goes. One that trusts the account leaves it to the account.
    ///
    /// Source:
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>.
    fn by_assuming(&self, role: &Node) -> Vec<Way> {
        let powers = &self.node.powers;
        if powers.is_denied_on(ASSUME_ROLE, &role.arn) {
            return Vec::new();
        }
        let trusted = match role.trust.admits(self.node.caller()) {
            Admission::No => return Vec::new(),
            Admission::ByAccount => false,
            Admission::ByRole => powers.is_within_boundary(ASSUME_ROLE, &role.arn),
            Admission::ByName => true,
        };
        let granted = powers.may_on(ASSUME_ROLE, &role.arn).then(|| vec![ASSUME_ROLE]);
        granted.into_iter().chain(trusted.then(Vec::new)).collect()
    }

    fn by_passing(&self, role: &Node) -> Vec<Way> {
        if !self.may_pass {
            return Vec::new();
        }
        let takers = self.launching.iter().filter(|(service, _)| {
            role.trust.admits_service(service)
                && self.node.powers.may_pass(PASS_ROLE, &role.arn, service)
        });
        takers.flat_map(|(_, with)| with).map(|steps| [&[PASS_ROLE], *steps].concat()).collect()
    }

    fn on_instances(&self, role: &Node) -> Vec<Way> {
        if self.on_instances.is_empty() || !role.trust.admits_service(INSTANCES) {
            return Vec::new();
        }
        self.on_instances.iter().map(|steps| steps.to_vec()).collect()
    }

    /// A user may join a group itself. Others may have a user join of whom they have the
    /// credentials.
    fn by_joining(&self, group: &Node) -> Vec<Way> {
        let powers = &self.node.powers;
        if !powers.may_on(ADD_TO_GROUP, &group.arn) {
            return Vec::new();
        }
        if matches!(self.node.kind, Kind::User | Kind::Member) {
            return vec![vec![ADD_TO_GROUP]];
        }
        let credentials = CREDENTIALS.into_iter().filter(|action| powers.may(action));
        credentials.map(|action| vec![ADD_TO_GROUP, action]).collect()
    }
}
