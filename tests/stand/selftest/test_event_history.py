"""CloudTrail's event history, which moto does not keep."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError


def record(days_ago: float, region: str = "us-east-1", **more):
    at = (datetime.now(UTC) - timedelta(days=days_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")
    event = {"eventTime": at, "eventSource": "sqs.amazonaws.com", "eventName": "CreateQueue", "awsRegion": region}
    return event | more


def test_events_of_the_region_and_the_time_come_in_pages_the_newest_first(stand):
    kept = [record(day, eventID=str(day)) for day in (3, 1, 2)]
    left_out = [record(91), record(1, "eu-west-1"), record(1, managementEvent=False), record(20)]
    stand.control("POST", "event-history", kept + left_out)
    cloudtrail = stand.client("cloudtrail")
    start = datetime.now(UTC) - timedelta(days=10)
    first = cloudtrail.lookup_events(StartTime=start, MaxResults=2)
    second = cloudtrail.lookup_events(StartTime=start, MaxResults=2, NextToken=first["NextToken"])
    assert [event["EventId"] for event in first["Events"] + second["Events"]] == ["1", "2", "3"]
    assert "NextToken" not in second


def test_a_third_call_within_a_second_is_throttled(stand):
    cloudtrail = stand.client("cloudtrail")
    time.sleep(1)
    for _ in range(2):
        cloudtrail.lookup_events()
    with pytest.raises(ClientError, match="ThrottlingException"):
        cloudtrail.lookup_events()
