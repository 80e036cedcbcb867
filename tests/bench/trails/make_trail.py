"""Writes a large trail of CloudTrail as S3 lays it out: the same for the same seed.

    python3 make_trail.py FOLDER [--megabytes 200] [--seed 7]

Records have the shape and size of real ones (about 1.9 KB, a tenth of that once compressed): 40 roles, 200 kinds of calls,
parameters and answers of several sizes, one call in fifty denied.
"""

import argparse, gzip, json, os, random
from datetime import datetime, timedelta, timezone

ACCOUNT = "111122223333"
CALLS = [(s, v + n) for s, names in {
    "ec2": ["Instances", "Volumes", "SecurityGroups", "Subnets", "NetworkInterfaces", "Tags", "Images", "Snapshots"],
    "iam": ["Role", "User", "Policy"], "sqs": ["QueueAttributes"], "kms": ["KeyPolicy"], "rds": ["DBInstances", "DBClusters"],
    "logs": ["LogGroups", "LogStreams"], "monitoring": ["Alarms"], "lambda": ["Function20150331v2", "FunctionConfiguration20150331v2"],
    "s3": ["BucketAcl", "BucketPolicy", "BucketEncryption", "Object"], "dynamodb": ["Table"], "ssm": ["Parameters"],
}.items() for n in names for v in (["Describe"] if s in ("ec2", "rds", "logs", "monitoring", "dynamodb") else ["Get"])]
CALLS += [("s3", "PutObject"), ("s3", "ListObjects"), ("sts", "AssumeRole"), ("kms", "Decrypt"), ("kms", "GenerateDataKey"),
          ("dynamodb", "PutItem"), ("dynamodb", "Query"), ("ec2", "RunInstances"), ("ec2", "TerminateInstances")]


def hexes(rng, count):
    return "%0*x" % (count, rng.getrandbits(4 * count))


def record(rng, at, region):
    role = rng.randrange(40)
    session = "i-" + hexes(rng, 17)
    source, name = rng.choice(CALLS)
    role_arn = f"arn:aws:iam::{ACCOUNT}:role/service/worker-{role}"
    identity = {
        "type": "AssumedRole", "principalId": f"AROAEXAMPLE{role:09d}:{session}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/worker-{role}/{session}", "accountId": ACCOUNT,
        "accessKeyId": "ASIA" + hexes(rng, 16).upper(),
        "sessionContext": {
            "sessionIssuer": {"type": "Role", "principalId": f"AROAEXAMPLE{role:09d}", "arn": role_arn, "accountId": ACCOUNT,
                              "userName": f"worker-{role}"},
            "attributes": {"creationDate": at.strftime("%Y-%m-%dT%H:00:00Z"), "mfaAuthenticated": "false"}}}
    items = [{"instanceId": "i-" + hexes(rng, 17), "tags": [{"key": "team", "value": hexes(rng, 8)}]} for _ in range(rng.randrange(12))]
    made = {
        "eventVersion": "1.11", "userIdentity": identity, "eventTime": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": f"{source}.amazonaws.com", "eventName": name, "awsRegion": region,
        "sourceIPAddress": f"10.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(256)}",
        "userAgent": "aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#arm64 api/ec2#1.173.0",
        "requestParameters": {"filterSet": {"items": items}, "maxResults": 100, "nested": {"a": {"b": [1, 2, {"c": "}\"{"}]}}},
        "responseElements": None if name.startswith(("Get", "Describe", "List")) else {"requestId": hexes(rng, 32), "items": items},
        "requestID": hexes(rng, 32), "eventID": hexes(rng, 32), "readOnly": name.startswith(("Get", "Describe", "List")),
        "eventType": "AwsApiCall", "managementEvent": True, "recipientAccountId": ACCOUNT, "eventCategory": "Management",
        "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256",
                       "clientProvidedHostHeader": f"{source}.{region}.amazonaws.com"}}
    if rng.randrange(50) == 0:
        made["errorCode"] = "AccessDenied"
        made["errorMessage"] = (f"User: {identity['arn']} is not authorized to perform: {source}:{name} on resource: * because no "
                                f"identity-based policy allows the {source}:{name} action")
    return made


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    at, written, number = datetime(2026, 10, 1, tzinfo=timezone.utc), 0, 0
    while written < arguments.megabytes * 1_000_000:
        region = ("eu-west-1", "us-east-1", "eu-central-1")[number % 3]
        records = [record(rng, at + timedelta(seconds=second // 20), region) for second in range(6000)]
        folder = os.path.join(arguments.folder, "AWSLogs", ACCOUNT, "CloudTrail", region, at.strftime("%Y/%m/%d"))
        os.makedirs(folder, exist_ok=True)
        name = f"{ACCOUNT}_CloudTrail_{region}_{at:%Y%m%dT%H%MZ}_{hexes(rng, 16)}.json.gz"
        path = os.path.join(folder, name)
        with open(path, "wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=6, mtime=0) as file:
            file.write(json.dumps({"Records": records}, separators=(",", ":")).encode())
        written += os.path.getsize(path)
        number += 1
        at += timedelta(minutes=30)


main()
