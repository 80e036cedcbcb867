#!/usr/bin/env python3
"""A stand-in for our Lambda functions: speaks the Runtime API and does what the event says.

It has no dependencies, so that it runs from a zip like the real `bootstrap`.
"""

import json
import os
import sys
import time
import urllib.parse
import urllib.request

API = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime"
STAND = os.environ["AWS_ENDPOINT_URL"]


def post(url: str, body: bytes, headers: dict[str, str]) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as answer:
        return answer.read()


def signed(service: str) -> dict[str, str]:
    """Headers by which the stand knows who calls; it does not check signatures."""
    key = os.environ["AWS_ACCESS_KEY_ID"]
    return {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/{service}/aws4_request, "
        "SignedHeaders=host, Signature=0",
        "X-Amz-Security-Token": os.environ["AWS_SESSION_TOKEN"],
    }


def iam(action: str, **parameters: str) -> str:
    form = urllib.parse.urlencode({"Action": action, "Version": "2010-05-08", **parameters}).encode()
    return post(f"{STAND}/", form, signed("iam") | {"Content-Type": "application/x-www-form-urlencoded"}).decode()


def config(operation: str, body: dict) -> dict:
    headers = signed("config") | {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": f"StarlingDoveService.{operation}",
    }
    return json.loads(post(f"{STAND}/", json.dumps(body).encode(), headers) or b"{}")


def judge(event: dict) -> dict:
    """A Config rule: NON_COMPLIANT while the role has no boundary."""
    item = json.loads(event["invokingEvent"]).get("configurationItem") or {}
    if not item:
        return {"nothing": event["invokingEvent"]}
    bounded = (item["configuration"] or {}).get("permissionsBoundary")
    evaluation = {
        "ComplianceResourceType": item["resourceType"],
        "ComplianceResourceId": item["resourceId"],
        "ComplianceType": "COMPLIANT" if bounded else "NON_COMPLIANT",
        "Annotation": "bounded" if bounded else "not bounded",
        "OrderingTimestamp": time.time(),
    }
    return config("PutEvaluations", {"ResultToken": event["resultToken"], "Evaluations": [evaluation]})


APPLIED: set[str] = set()
NOTICED: set[str] = set()
QUARANTINED: set[str] = {"AIDAQUARANTINEDQUARA"}
DIGEST = "0123456789abcdef" * 4


def remediate(event: dict) -> dict:
    """What the remediator answers, by the resource's name: plans once, and refuses a certain one."""
    resource, mode = event["ResourceId"], event["Mode"]
    if "REFUSED" in resource:
        return {"status": "REFUSED", "error": "Exempt"}
    if mode == "Release":
        released = resource in QUARANTINED
        QUARANTINED.discard(resource)
        return {"status": "RELEASED" if released else "NOOP"}
    if mode == "Apply" and event.get("ExpectedPlan", DIGEST) != DIGEST:
        return {"status": "REFUSED", "error": "PlanChanged"}
    if mode == "Apply" and int(event.get("NoticeDays", 0)) and resource not in NOTICED:
        NOTICED.add(resource)
        return {"status": "NOTICED"}
    if mode == "Apply" and resource not in APPLIED:
        APPLIED.add(resource)
        return {"status": "APPLIED"}
    if mode == "Restore" and resource in APPLIED:
        APPLIED.discard(resource)
        return {"status": "RESTORED"}
    if mode == "Plan" and resource not in APPLIED:
        return {"status": "PLANNED", "planDigest": DIGEST, "summary": f"{resource}\ndrops sqs"}
    return {"status": "NOOP"}


def answer(event: dict) -> dict:
    if "invokingEvent" in event:
        return judge(event)
    if "Mode" in event:
        return remediate(event)
    match event.get("do"):
        case "fail":
            raise ValueError("asked to fail")
        case "sleep":
            time.sleep(30)
        case "exit":
            sys.exit(3)
        case "calls":
            for _ in range(event["times"]):
                iam("ListAccountAliases")
        case "say":
            return {"status": "NOOP", "text": "x" * int(event["times"])}
        case "print":
            print(*event["lines"], sep="\n", flush=True)
        case "bound":
            iam("PutRolePermissionsBoundary", RoleName=event["role"], PermissionsBoundary=event["policy"])
            return {"status": "APPLIED"}
    print("log line", flush=True)
    return {"status": "NOOP", "echo": event, "environment": dict(os.environ)}


def main() -> None:
    while True:
        with urllib.request.urlopen(f"{API}/invocation/next") as next_event:
            request_id = next_event.headers["Lambda-Runtime-Aws-Request-Id"]
            assert int(next_event.headers["Lambda-Runtime-Deadline-Ms"]) > time.time() * 1000
            event = json.load(next_event)
        try:
            body = json.dumps(answer(event), separators=(",", ":")).encode()
            post(f"{API}/invocation/{request_id}/response", body, {"Content-Type": "application/json"})
        except Exception as problem:
            error = json.dumps({"errorType": type(problem).__name__, "errorMessage": str(problem)}).encode()
            post(f"{API}/invocation/{request_id}/error", error, {"Lambda-Runtime-Function-Error-Type": "Unhandled"})


main()
