"""Values in an Automation document: parameters, `{{ references }}`, selectors and the conditions of `aws:branch`."""

import json
import re
from typing import Any

from jsonpath_ng.ext import parse as parse_jsonpath

from leastwise_stand.aws import AwsError

REFERENCE = re.compile(r"\{\{\s*([\w.:/-]+)\s*\}\}")
MAX_VALUE = 512


class UnknownReference(Exception):
    """A document refers to something that does not exist."""


def start_parameters(declared: dict[str, Any], given: dict[str, list[str]]) -> dict[str, Any]:
    """The value of every parameter of a document, or the refusal that starting it meets."""
    unknown = sorted(set(given) - set(declared))
    if unknown:
        raise _invalid(f"Parameters {unknown} are not defined in the document.")
    values: dict[str, Any] = {}
    for name, rule in declared.items():
        if name in given:
            values[name] = _checked(name, rule, given[name])
        elif "default" in rule:
            values[name] = rule["default"]
        else:
            raise _invalid(f"Parameter {name} is required.")
    return values


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidAutomationExecutionParametersException", message)


def _checked(name: str, rule: dict[str, Any], texts: list[str]) -> Any:
    kind = rule["type"]
    for text in texts:
        if not 1 <= len(text) <= MAX_VALUE:
            raise _invalid(f"Parameter {name} must have between 1 and {MAX_VALUE} characters.")
        pattern = rule.get("allowedPattern")
        if pattern and not re.search(pattern, text):
            raise _invalid(f"Parameter {name} value '{text}' does not match the allowed pattern {pattern}.")
        allowed = rule.get("allowedValues")
        if allowed and text not in [_text(one) for one in allowed]:
            raise _invalid(f"Parameter {name} value '{text}' is not one of {allowed}.")
    if kind == "StringList":
        return texts
    if len(texts) != 1:
        raise _invalid(f"Parameter {name} takes one value.")
    if kind == "Boolean":
        if texts[0].lower() not in ("true", "false"):
            raise _invalid(f"Parameter {name} is not a Boolean.")
        return texts[0].lower() == "true"
    if kind == "Integer":
        if not re.fullmatch(r"-?\d+", texts[0]):
            raise _invalid(f"Parameter {name} is not an Integer.")
        return int(texts[0])
    return json.loads(texts[0]) if kind in ("StringMap", "MapList") else texts[0]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def resolve(value: Any, known: dict[str, Any]) -> Any:
    """`value` with all references replaced; one that is the whole string keeps its type."""
    if isinstance(value, dict):
        return {key: resolve(one, known) for key, one in value.items()}
    if isinstance(value, list):
        return [resolve(one, known) for one in value]
    if not isinstance(value, str):
        return value
    whole = REFERENCE.fullmatch(value.strip())
    if whole:
        return _known(whole[1], known)
    return REFERENCE.sub(lambda found: _text(_known(found[1], known)), value)


def _known(name: str, known: dict[str, Any]) -> Any:
    if name not in known:
        raise UnknownReference(f"'{name}' could not be resolved")
    return known[name]


def select(selector: str, document: Any) -> Any:
    """What a JSONPath selector finds; several finds are a list."""
    found = [match.value for match in parse_jsonpath(selector).find(document)]
    if not found:
        raise UnknownReference(f"selector {selector} finds nothing")
    return found[0] if len(found) == 1 else found


def holds(choice: dict[str, Any], known: dict[str, Any]) -> bool:
    """Whether a choice of `aws:branch` applies."""
    if "And" in choice:
        return all(holds(one, known) for one in choice["And"])
    if "Or" in choice:
        return any(holds(one, known) for one in choice["Or"])
    if "Not" in choice:
        return not holds(choice["Not"], known)
    variable = resolve(choice["Variable"], known)
    operators = [key for key in choice if key in OPERATORS]
    if len(operators) != 1:
        raise UnknownReference(f"a choice needs one operator: {choice}")
    return OPERATORS[operators[0]](variable, resolve(choice[operators[0]], known))


def _boolean(value: Any) -> bool:
    return value if isinstance(value, bool) else str(value).lower() == "true"


OPERATORS = {
    "StringEquals": lambda variable, wanted: _text(variable) == _text(wanted),
    "EqualsIgnoreCase": lambda variable, wanted: _text(variable).lower() == _text(wanted).lower(),
    "StartsWith": lambda variable, wanted: _text(variable).startswith(_text(wanted)),
    "EndsWith": lambda variable, wanted: _text(variable).endswith(_text(wanted)),
    "Contains": lambda variable, wanted: _text(wanted) in _text(variable),
    "NumericEquals": lambda variable, wanted: float(variable) == float(wanted),
    "NumericGreater": lambda variable, wanted: float(variable) > float(wanted),
    "NumericLesser": lambda variable, wanted: float(variable) < float(wanted),
    "NumericGreaterOrEquals": lambda variable, wanted: float(variable) >= float(wanted),
    "NumericLesserOrEquals": lambda variable, wanted: float(variable) <= float(wanted),
    "BooleanEquals": lambda variable, wanted: _boolean(variable) == _boolean(wanted),
}
