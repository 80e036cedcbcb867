"""The enabled Regions, which moto does not know."""

import json

from leastwise_stand import wire

REGIONS = ("eu-central-1", "eu-west-1", "us-east-1")


def answer(request: wire.AwsRequest) -> tuple[int, dict[str, str], bytes]:
    """What AWS Account Management answers, of which the stand knows one operation."""
    if request.operation != "ListRegions":
        return wire.error(request.protocol, "UnknownOperationException", request.operation, 404)
    regions = [{"RegionName": name, "RegionOptStatus": "ENABLED_BY_DEFAULT"} for name in REGIONS]
    return 200, {"Content-Type": "application/json"}, json.dumps({"Regions": regions}).encode()
