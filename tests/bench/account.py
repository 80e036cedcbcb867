"""Writes an account of many roles for the benchmarks: kinds of roles as others wrote them, with seeded use.

usage: python account.py COUNT FOLDER --roles FILE --actions FILE [--seed N]

FILE of roles is what `aws iam get-account-authorization-details` prints. Each of its roles that a person made is a
kind, and the account has as many copies of each as it takes, with names, ids and use of their own. FILE of actions is
tab-separated: action, level, since when IAM tracks it ("-": never).
"""

import argparse
import fnmatch
import json
import random
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

AS_OF = datetime(2026, 11, 1, 12, tzinfo=timezone.utc)
# Of few services a good part is used; who may use everything uses tens of services and not hundreds.
MOST_USED = 0.5
MOST_SERVICES_USED = 40
LEFT_OUT_PATHS = ("/aws-service-role/", "/aws-reserved/")
LEFT_OUT_NAMES = ("AWS-QuickSetup-StackSet-", "OrganizationAccountAccessRole", "stacksets-exec-")


def time(days_ago):
    return (AS_OF - timedelta(days=days_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def kinds(details):
    """The roles that a person made, without what AWS and the organization brought."""
    roles = (it for it in details["RoleDetailList"] if not it["Path"].startswith(LEFT_OUT_PATHS))
    return [it for it in roles if not it["RoleName"].startswith(LEFT_OUT_NAMES)]


def patterns(role, policies):
    """The actions that the role's Allow statements name."""
    documents = [policy["PolicyDocument"] for policy in role["RolePolicyList"]]
    documents += [policies[attached["PolicyArn"]] for attached in role["AttachedManagedPolicies"]]
    for document in documents:
        statements = document["Statement"]
        for statement in statements if isinstance(statements, list) else [statements]:
            if statement["Effect"] == "Allow":
                actions = statement.get("Action", "*")
                yield from actions if isinstance(actions, list) else [actions]


class Actions:
    """Which services and tracked actions there are."""

    def __init__(self, path):
        self.tracked = {}
        for line in path.read_text().splitlines():
            if line.startswith("#"):
                continue
            action, _, since, *_ = line.split("\t")
            service, name = action.split(":")
            names = self.tracked.setdefault(service, [])
            if since != "-":
                names.append(name)

    def granted(self, wanted):
        """By service, the tracked actions that the patterns name."""
        by_service = {}
        for pattern in sorted(set(wanted)):
            service, _, name = ("*", ":", "*") if pattern == "*" else pattern.partition(":")
            of_service = re.compile(fnmatch.translate(service.lower()))
            of_name = re.compile(fnmatch.translate(name.lower()))
            for known, names in self.tracked.items():
                if of_service.match(known.lower()):
                    matched = (it for it in names if of_name.match(it.lower()))
                    by_service.setdefault(known, set()).update(matched)
        return {service: sorted(names) for service, names in sorted(by_service.items())}


def report(granted, seed):
    """What IAM would say of a role: most of what it uses was used lately, a quarter long ago, the rest never."""
    draw = random.Random(seed)
    used = min(MOST_USED, MOST_SERVICES_USED / max(len(granted), 1))
    services = []
    for service, names in granted.items():
        chance = draw.random()
        entry = {"ServiceName": service, "ServiceNamespace": service, "TotalAuthenticatedEntities": 0}
        if chance < used:
            days = draw.randrange(1, 120) if chance < used * 0.75 else draw.randrange(200, 390)
            entry["TotalAuthenticatedEntities"] = 1
            entry["LastAuthenticated"] = time(days)
            actions = []
            for name in names:
                action = {"ActionName": name}
                if draw.random() < 0.25:
                    action["LastAccessedTime"] = time(days + draw.randrange(0, 5))
                    action["LastAccessedRegion"] = "eu-central-1"
                actions.append(action)
            if actions:
                entry["TrackedActionsLastAccessed"] = actions
        services.append(entry)
    return {
        "JobStatus": "COMPLETED",
        "JobType": "ACTION_LEVEL",
        "JobCreationDate": time(0),
        "JobCompletionDate": time(0),
        "ServicesLastAccessed": services,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("count", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--roles", type=Path, required=True)
    parser.add_argument("--actions", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    details = json.loads(given.roles.read_text())
    policies = {}
    for policy in details["Policies"]:
        version = next(it for it in policy["PolicyVersionList"] if it["IsDefaultVersion"])
        policies[policy["Arn"]] = version["Document"]
    known = Actions(given.actions)
    models = kinds(details)
    granted = [known.granted(patterns(model, policies)) for model in models]
    account = models[0]["Arn"].split(":")[4]
    given.folder.mkdir(parents=True, exist_ok=True)
    attached = {it["PolicyArn"] for model in models for it in model["AttachedManagedPolicies"]}
    roles = []
    with (given.folder / "access.json").open("w") as access:
        access.write("{")
        for number in range(given.count):
            model = models[number % len(models)]
            name = f"role-{number:05}"
            arn = f"arn:aws:iam::{account}:role/{name}"
            roles.append({
                **model,
                "RoleName": name,
                "RoleId": f"AROABENCH{number:012}",
                "Path": "/",
                "Arn": arn,
                "CreateDate": time(700 + number % 100),
                "Tags": [],
                "InstanceProfileList": [],
            })
            roles[-1].pop("RoleLastUsed", None)
            text = json.dumps(report(granted[number % len(models)], given.seed * 1_000_003 + number))
            access.write(("," if number else "") + f"\n{json.dumps(arn)}:{text}")
        access.write("}\n")
    page = {
        "UserDetailList": [],
        "GroupDetailList": [],
        "RoleDetailList": roles,
        "Policies": [it for it in details["Policies"] if it["Arn"] in attached],
        "IsTruncated": False,
    }
    (given.folder / "account.json").write_text(json.dumps(page))


if __name__ == "__main__":
    main()
