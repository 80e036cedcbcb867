"""The AWS Config rule that the sweeps are compared with: what the older scripts did, on AWS's own library for rules.

One principal after the other: a report is asked for, waited for, read to its end, and only then comes the next. A
principal is NON_COMPLIANT when more than `Threshold` per cent of the services that it is granted were not used for
`UnusedAfterDays`.
"""

import time
from datetime import datetime, timedelta, timezone

from rdklib import ComplianceType, ConfigRule, Evaluation, Evaluator

TYPES = ["AWS::IAM::User", "AWS::IAM::Role"]
# In seconds, between two looks at a report that is not there yet.
PAUSE = 1
THRESHOLD = 60
UNUSED_AFTER = timedelta(days=180)


def principals(iam):
    """Type, id and ARN of every user and role."""
    for page in iam.get_paginator("list_users").paginate():
        yield from (("AWS::IAM::User", one["UserId"], one["Arn"]) for one in page["Users"])
    for page in iam.get_paginator("list_roles").paginate():
        yield from (("AWS::IAM::Role", one["RoleId"], one["Arn"]) for one in page["Roles"])


def report(iam, arn):
    """The services that IAM says are granted, once the report is made."""
    job = iam.generate_service_last_accessed_details(Arn=arn)["JobId"]
    answer = iam.get_service_last_accessed_details(JobId=job)
    while answer["JobStatus"] == "IN_PROGRESS":
        time.sleep(PAUSE)
        answer = iam.get_service_last_accessed_details(JobId=job)
    if answer["JobStatus"] != "COMPLETED":
        raise RuntimeError(f"the report on {arn} failed: {answer.get('Error')}")
    services = answer["ServicesLastAccessed"]
    while answer.get("IsTruncated"):
        answer = iam.get_service_last_accessed_details(JobId=job, Marker=answer["Marker"])
        services += answer["ServicesLastAccessed"]
    return services


def unused_percent(services, now):
    """The share of the services that were not used lately; nothing granted is nothing unused."""
    used = [one for one in services if "LastAuthenticated" in one and now - one["LastAuthenticated"] <= UNUSED_AFTER]
    return 100 * (len(services) - len(used)) / len(services) if services else 0


class UnusedServices(ConfigRule):
    """Judges every user and role of the account, on a schedule."""

    def evaluate_periodic(self, event, client_factory, valid_rule_parameters):
        iam, now = client_factory.build_client("iam"), datetime.now(timezone.utc)
        evaluations = []
        for kind, unique_id, arn in principals(iam):
            percent = unused_percent(report(iam, arn), now)
            verdict = ComplianceType.NON_COMPLIANT if percent > THRESHOLD else ComplianceType.COMPLIANT
            evaluations.append(Evaluation(verdict, unique_id, kind, f"{percent:.0f}% of the services are unused"))
        return evaluations

    def evaluate_change(self, event, client_factory, configuration_item, valid_rule_parameters):
        iam, now = client_factory.build_client("iam"), datetime.now(timezone.utc)
        percent = unused_percent(report(iam, configuration_item["ARN"]), now)
        verdict = ComplianceType.NON_COMPLIANT if percent > THRESHOLD else ComplianceType.COMPLIANT
        return [Evaluation(verdict, annotation=f"{percent:.0f}% of the services are unused")]


def lambda_handler(event, context):
    """What Lambda calls."""
    return Evaluator(UnusedServices(), TYPES).handle(event, context)
