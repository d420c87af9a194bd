"""Corrects what schemathesis cannot generate; loaded by `schemathesis.toml`."""

from typing import Any

import schemathesis

# It makes header values of letters and digits only; where the pattern wants a slash it sends this instead.
_STOPGAP = "0"


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Send no After-Event rather than one that the document rules out."""
    del context, kwargs
    if case.headers and case.headers.get("After-Event") == _STOPGAP:
        del case.headers["After-Event"]


_tried: set[tuple[object, ...]] = set()


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    """Try each wrong value of a parameter once for an operation, not again for each choice of the others beside it.

    A header is text on the wire, whatever type was meant, so that one value of the wrong type stands for all.
    """
    del context
    made = case.meta.phase.data
    scenario = getattr(made, "scenario", None)
    sent = {"query": case.query, "header": case.headers}.get(made.parameter_location)
    # Without a scenario it was drawn at random: there is nothing to try twice.
    if scenario is None or sent is None or made.parameter is None or case.meta.generation.mode.is_positive:
        return True
    value = "" if made.parameter_location == "header" else repr(sent.get(made.parameter))
    attempt = (case.operation.label, made.parameter_location, made.parameter, scenario, value)
    is_new = attempt not in _tried
    _tried.add(attempt)
    return is_new


@schemathesis.serializer("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
def as_file(context: Any, value: Any) -> bytes:
    """Send whatever is generated as the bytes of a file."""
    del context
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
