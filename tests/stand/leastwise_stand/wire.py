"""Reading AWS requests and writing AWS errors, as far as the gateway in front of moto needs it."""

import io
import json
import re
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote
from xml.sax.saxutils import escape

CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/[^/]+/([^/]+)/([^/]+)/aws4_request")
# Of Access Analyzer: operation, method and path.
ANALYZER_PATHS = [
    ("ValidatePolicy", "POST", re.compile(r"/policy/validation")),
    ("StartPolicyGeneration", "PUT", re.compile(r"/policy/generation")),
    ("ListPolicyGenerations", "GET", re.compile(r"/policy/generation")),
    ("GetGeneratedPolicy", "GET", re.compile(r"/policy/generation/(?P<jobId>[^/]+)")),
    ("GetAnalyzer", "GET", re.compile(r"/analyzer/(?P<analyzerName>[^/]+)")),
    ("ListFindingsV2", "POST", re.compile(r"/findingv2")),
    ("GetFindingV2", "GET", re.compile(r"/findingv2/(?P<id>[^/]+)")),
]
REGIONS_PATH = "/listRegions"
INVOKE_PATH = re.compile(r"^/2015-03-31/functions/([^/]+)/invocations$")
CONFIGURATION_PATH = re.compile(r"^/2015-03-31/functions/([^/]+)/configuration$")


@dataclass(frozen=True)
class AwsRequest:
    """Who asks which service in which Region for which operation, with what."""

    service: str
    region: str
    operation: str
    protocol: str
    access_key: str
    session_token: str | None
    parameters: dict[str, Any]


def read(environ: dict[str, Any]) -> AwsRequest | None:
    """The request in `environ`, whose body stays readable; `None` if it is not signed."""
    credential = CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    if credential is None:
        return None
    access_key, region, service = credential.groups()
    protocol, operation, parameters = _operation(environ, service)
    token = environ.get("HTTP_X_AMZ_SECURITY_TOKEN")
    return AwsRequest(service, region, operation, protocol, access_key, token, parameters)


def _operation(environ: dict[str, Any], service: str) -> tuple[str, str, dict[str, Any]]:
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        return "json", target.rsplit(".", 1)[-1], json.loads(_body(environ) or b"{}")
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        form = dict(parse_qsl(_body(environ).decode(), keep_blank_values=True))
        form.pop("Version", None)
        return "query", form.pop("Action", "?"), form
    invoke = INVOKE_PATH.match(environ["PATH_INFO"])
    if service == "lambda" and invoke:
        kind = environ.get("HTTP_X_AMZ_INVOCATION_TYPE", "RequestResponse")
        return "rest-json", "Invoke", {"FunctionName": unquote(invoke[1]), "InvocationType": kind}
    configuration = CONFIGURATION_PATH.match(environ["PATH_INFO"])
    if service == "lambda" and configuration and environ["REQUEST_METHOD"] == "GET":
        return "rest-json", "GetFunctionConfiguration", {"FunctionName": unquote(configuration[1])}
    if service == "access-analyzer":
        return "rest-json", *_analyzer_operation(environ)
    if service == "account" and environ["PATH_INFO"] == REGIONS_PATH:
        return "rest-json", "ListRegions", json.loads(_body(environ) or b"{}")
    if service == "s3":
        return "s3", _s3_operation(environ), {"path": environ["PATH_INFO"]}
    return "rest", f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}", {}


def _analyzer_operation(environ: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The operation, and what path, query and body say."""
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    asked = dict(parse_qsl(environ.get("QUERY_STRING", ""))) | json.loads(_body(environ) or b"{}")
    for operation, by, pattern in ANALYZER_PATHS:
        found = pattern.fullmatch(path)
        if method == by and found:
            return operation, asked | found.groupdict()
    return f"{method} {path}", asked


def _s3_operation(environ: dict[str, Any]) -> str:
    """The plain operations on objects by name, everything else by method and path."""
    is_object = "/" in environ["PATH_INFO"].strip("/")
    plain = {"GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject", "DELETE": "DeleteObject"}
    method = environ["REQUEST_METHOD"]
    known = plain.get(method) if is_object else None
    return known or f"{method} {environ['PATH_INFO']}"


def _body(environ: dict[str, Any]) -> bytes:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def error(protocol: str, code: str, message: str, status: int) -> tuple[int, dict[str, str], bytes]:
    """An error as the services of this protocol word it: status, headers, body."""
    request_id = str(uuid.uuid4())
    if protocol == "s3":
        xml = f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
        return status, {"Content-Type": "application/xml", "x-amz-request-id": request_id}, xml.encode()
    if protocol in ("query", "rest"):
        kind = "Sender" if status < 500 else "Receiver"
        xml = (
            '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
            f"<Error><Type>{kind}</Type><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
        return status, {"Content-Type": "text/xml", "x-amzn-RequestId": request_id}, xml.encode()
    headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": request_id, "x-amzn-ErrorType": code}
    return status, headers, json.dumps({"__type": code, "message": message}).encode()


def error_code(body: bytes) -> str | None:
    """The error code in an answer, whatever its protocol."""
    text = body.decode(errors="replace")
    found = re.search(r"<Code>([^<]+)</Code>", text) or re.search(r'"__type"\s*:\s*"(?:[^"#]*#)?([^"]+)"', text)
    return found[1] if found else None
