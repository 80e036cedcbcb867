//! All principals of an account, and how far each of them gets.

use super::node::Node;
use super::reached::{Reach, Reached, Whom};
use super::strength::Strength;
use super::takers::UNRESOLVED;
use super::ways::{Traveller, Way};
use crate::iam::{Account, Principal, UnknownPermissions};
use leastwise_policy::catalog::Catalog;
use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};

/// The users, roles and groups of an account, with what each of them reaches at most.
///
/// It keeps of every policy only the statements that may open a path, and of every principal the
/// two strongest that it reaches.
#[derive(Debug, Clone)]
pub struct AccountReach {
    nodes: Vec<Node>,
    /// Of each node, the strongest that it reaches or is. Two, so that there is another one where
    /// the first is the principal that asks.
    marks: Vec<Vec<Mark>>,
    groups: HashMap<String, String>,
}

/// That a node gets to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    strength: Strength,
    /// Whom.
    target: usize,
    /// The next one on the way; the target itself where it is there.
    next: usize,
}

impl AccountReach {
    /// Finds out how far everybody in the account gets.
    ///
    /// ```
    /// use leastwise_policy::catalog::Catalog;
    /// use leastwise_rightsizing::iam::Account;
    /// use leastwise_rightsizing::reach::AccountReach;
    ///
    /// let account = Account::from_json(
    ///     r#"{ "RoleDetailList": [{
    ///         "Arn": "arn:aws:iam::111122223333:role/admin",
    ///         "RoleId": "AROAEXAMPLE000000001",
    ///         "AssumeRolePolicyDocument": { "Statement": [{
    ///             "Effect": "Allow", "Action": "sts:AssumeRole",
    ///             "Principal": { "Service": "lambda.amazonaws.com" }
    ///         }] },
    ///         "RolePolicyList": [{ "PolicyName": "all", "PolicyDocument": { "Statement": [{
    ///             "Effect": "Allow", "Action": "*", "Resource": "*"
    ///         }] } }]
    ///     }], "UserDetailList": [{
    ///         "Arn": "arn:aws:iam::111122223333:user/mira",
    ///         "UserId": "AIDAEXAMPLE000000001",
    ///         "UserPolicyList": [{ "PolicyName": "functions", "PolicyDocument": { "Statement": [{
    ///             "Effect": "Allow", "Action": ["iam:PassRole", "lambda:*"], "Resource": "*"
    ///         }] } }]
    ///     }] }"#,
    /// )?;
    /// let catalog = Catalog::embedded();
    /// let everybody = AccountReach::of(&account, catalog);
    /// let mira = "arn:aws:iam::111122223333:user/mira".parse()?;
    /// let mira = account.principal(&mira).expect("she is in the account");
    /// let reach = everybody.reach(mira, catalog)?;
    /// assert_eq!(
    ///     reach.strongest().map(ToString::to_string).as_deref(),
    ///     Some("role/admin by iam:PassRole, lambda:CreateFunction and lambda:InvokeFunction")
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of(account: &Account, catalog: &Catalog) -> Self {
        let principals = account.principals().map(|it| Node::of(it, catalog));
        let groups = account.groups().iter().map(|it| Node::of_group(it, catalog));
        let nodes: Vec<Node> = principals.chain(groups).collect();
        let names = account.groups().iter().map(|it| &it.arn);
        let groups = names.map(|arn| (arn.name().to_owned(), arn.to_string())).collect();
        let mut reach = Self { nodes, marks: Vec::new(), groups };
        reach.mark();
        reach
    }

    /// What the principal reaches by what it is granted now. It need not be as it is in the
    /// account: a boundary may be thought of that it has not got.
    ///
    /// # Errors
    ///
    /// [`UnknownPermissions`] when a policy or the boundary of the principal could not be read.
    pub fn reach(
        &self,
        principal: &Principal,
        catalog: &Catalog,
    ) -> Result<Reach, UnknownPermissions> {
        let node = Node::known(principal, catalog)?;
        let traveller = Traveller::new(&node);
        let unresolved = UNRESOLVED.iter().copied().filter(|it| node.powers.may(it));
        let mut reach = Reach::without_paths(unresolved.collect());
        self.add_own(&mut reach, &traveller, &node);
        for (place, target) in self.nodes.iter().enumerate().filter(|(_, it)| it.arn != node.arn) {
            let ways = traveller.to(target);
            if ways.is_empty() {
                continue;
            }
            for write in traveller.writing(target) {
                let whom = Whom::Other(target.name.clone());
                let written = ways.iter().map(|way| with(way, write));
                written.for_each(|by| reach.add(administrator(whom.clone(), by)));
            }
            let Some(mark) = self.beyond(place, &node) else { continue };
            let Some(whom) = self.nodes.get(mark.target) else { continue };
            let through = self.through(place, mark.target);
            for by in ways {
                let (whom, through) = (Whom::Other(whom.name.clone()), through.clone());
                reach.add(Reached { whom, strength: mark.strength, by, through });
            }
        }
        Ok(reach)
    }

    /// All single steps that the principal can take: to more of its own, and to each other one, as
    /// in `role/admin`. Each with its actions in their order.
    ///
    /// # Errors
    ///
    /// As [`AccountReach::reach`].
    pub fn steps(
        &self,
        principal: &Principal,
        catalog: &Catalog,
    ) -> Result<Vec<(Whom, Vec<&'static str>)>, UnknownPermissions> {
        let node = Node::known(principal, catalog)?;
        let traveller = Traveller::new(&node);
        let own = self.to_more(&traveller).into_iter().map(|way| (Whom::ItselfWithMore, way));
        let others = self.nodes.iter().filter(|target| target.arn != node.arn);
        let to_others = others.flat_map(|target| {
            let ways = traveller.to(target).into_iter();
            ways.map(|way| (Whom::Other(target.name.clone()), way))
        });
        Ok(own.chain(to_others).collect())
    }

    /// Adds the ways by which the principal becomes more than it is, and nobody else.
    fn add_own(&self, reach: &mut Reach, traveller: &Traveller<'_>, node: &Node) {
        for way in self.to_more(traveller) {
            reach.add(administrator(Whom::ItselfWithMore, way));
        }
        let Some(strength) = self.unbounded(node) else { return };
        let may = |action: &&str| node.powers.may_on(action, &node.arn);
        for action in node.lifting().into_iter().filter(may) {
            let (whom, through) = (Whom::ItselfUnbounded, Vec::new());
            reach.add(Reached { whom, strength, by: vec![action], through });
        }
    }

    /// The strongest that whoever is at `place` reaches or is, but for the one that asks.
    fn beyond(&self, place: usize, asking: &Node) -> Option<Mark> {
        let is_other = |mark: &&Mark| {
            self.nodes.get(mark.target).is_some_and(|target| target.arn != asking.arn)
        };
        self.marks.get(place)?.iter().find(is_other).copied()
    }

    /// Who stands between, the first included and the target not.
    fn through(&self, first: usize, target: usize) -> Vec<String> {
        let mut between = Vec::new();
        let mut at = first;
        while at != target && between.len() < self.nodes.len() {
            between.extend(self.nodes.get(at).map(|node| node.name.clone()));
            let marks = self.marks.get(at).map(Vec::as_slice).unwrap_or_default();
            let Some(mark) = marks.iter().find(|mark| mark.target == target) else { break };
            at = mark.next;
        }
        between
    }

    fn to_more(&self, traveller: &Traveller<'_>) -> Vec<Way> {
        traveller.to_more(|group| self.groups.get(group).cloned())
    }

    /// How strong the principal would be without its boundary; `None` where it has none.
    fn unbounded(&self, node: &Node) -> Option<Strength> {
        let free = node.without_boundary()?;
        let is_administrator = !self.to_more(&Traveller::new(&free)).is_empty();
        Some(if is_administrator { Strength::Administrator } else { free.granted })
    }

    /// Marks every node with the strongest that it reaches.
    fn mark(&mut self) {
        let (strengths, arrivals) = self.explored();
        let mut order: Vec<usize> = (0..self.nodes.len()).collect();
        order.sort_by_key(|place| Reverse(strengths.get(*place)));
        self.marks = vec![Vec::new(); self.nodes.len()];
        for target in order {
            let strength = strengths.get(target).copied().unwrap_or(Strength::Nothing);
            if strength > Strength::Nothing {
                self.mark_towards(target, strength, &arrivals);
            }
        }
    }

    /// Marks all from whom a way leads to `target`, step by step backwards.
    fn mark_towards(&mut self, target: usize, strength: Strength, arrivals: &[Vec<usize>]) {
        let mut waiting = VecDeque::from([(target, target)]);
        while let Some((place, next)) = waiting.pop_front() {
            let Some(marks) = self.marks.get_mut(place) else { continue };
            // Whoever has two marks has handed both on already.
            if marks.len() >= 2 || marks.iter().any(|mark| mark.target == target) {
                continue;
            }
            marks.push(Mark { strength, target, next });
            let from = arrivals.get(place).map(Vec::as_slice).unwrap_or_default();
            waiting.extend(from.iter().map(|from| (*from, place)));
        }
    }

    /// How strong each node is by itself, and from which others a way leads to it. From an
    /// administrator no way needs to be known.
    fn explored(&self) -> (Vec<Strength>, Vec<Vec<usize>>) {
        let mut arrivals = vec![Vec::new(); self.nodes.len()];
        let strengths = self.nodes.iter().enumerate().map(|(place, node)| {
            let traveller = Traveller::new(node);
            if !self.to_more(&traveller).is_empty() {
                return Strength::Administrator;
            }
            let others = self.nodes.iter().enumerate().filter(|(other, _)| *other != place);
            let reached = others.filter(|(_, target)| !traveller.to(target).is_empty());
            let reached: Vec<(usize, &Node)> = reached.collect();
            if reached.iter().any(|(_, target)| !traveller.writing(target).is_empty()) {
                return Strength::Administrator;
            }
            for (target, _) in reached {
                if let Some(from) = arrivals.get_mut(target) {
                    from.push(place);
                }
            }
            node.granted
        });
        let strengths = strengths.collect();
        (strengths, arrivals)
    }

    /// How many users, roles and groups there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether nobody is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

fn administrator(whom: Whom, by: Way) -> Reached {
    Reached { whom, strength: Strength::Administrator, by, through: Vec::new() }
}

fn with(way: &Way, write: &'static str) -> Way {
    let mut way = way.clone();
    if !way.contains(&write) {
        way.push(write);
    }
    way
}
