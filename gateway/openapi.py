"""The OpenAPI 3.1 document, derived from the descriptors: `python -m gateway openapi`."""

from dataclasses import replace
from functools import cache
from typing import Any

import orjson

from chassis.protojson.fields import Field, fields_by_name
from chassis.protojson.schema import Schema, Schemas, Use
from gateway.comments import comments, describe, summary
from gateway.contract import HTTP_BODY, Route, routes
from gateway.headers import AFTER_EVENT, ENTITY_TAG, IDEMPOTENCY_KEY
from gateway.statuses import RETRY_AFTER_SECONDS, STATUSES
from gateway.streams import MEDIA_TYPE as STREAM
from shuyuan.rules.v1 import verdict_pb2

API_VERSION = "0.1.0"
_ALWAYS = (400, 401, 403, 404, 405, 409, 429, 500, 503, 504)
_PROBLEM_TYPE = "application/problem+json"
_STREAMED = "Server-sent events as they come; the `data` of each is such a document."
_DESCRIPTION = """\
The Party-organisation side of a university's one-stop student community (书院 "一站式" 学生社区党建).

- **Tokens**: every request carries an OIDC access token as `Authorization: Bearer`.
- **Errors** are RFC 9457 problems in the language of `Accept-Language` (zh-CN or en); programs decide by \
`reason`.
- **Updates** send the `ETag` that was read as `If-Match`; **writes** may carry an `Idempotency-Key` and may \
then be repeated for 24 hours.
- **Reading your own write**: a write answers `Event-Id`; a request with `After-Event` waits until the \
answering service knows that event.
- **Days** are campus-local (Asia/Shanghai), `YYYY-MM-DD`; **instants** are RFC 3339, UTC.
"""

_HEADERS: dict[str, Schema] = {
    "Idempotency-Key": {
        "description": "Makes a write repeatable: the same key with the same body gives the same answer.",
        "schema": {"type": "string", "pattern": f"^{IDEMPOTENCY_KEY}$", "maxLength": 128},
    },
    "If-Match": {
        "description": "The ETag that was read; the change is refused with 412 when it is no longer current.",
        "schema": {"type": "string", "pattern": f"^{ENTITY_TAG}$"},
    },
    "If-None-Match": {
        "description": "ETags that the caller still has; answered with 304 when one is current.",
        "schema": {"type": "string"},
    },
    "After-Event": {
        "description": "An Event-Id: the answer includes that change, or is 503 when it has not arrived.",
        "schema": {
            "type": "string",
            "pattern": f"^{AFTER_EVENT}$",
            "examples": ["organization/0192f0c1-2b7a-7cc3-8000-0123456789ab"],
        },
    },
    "Last-Event-ID": {
        "description": "The `id` of the last server-sent event that was received; the stream goes on after it.",
        "schema": {"type": "string", "format": "uuid"},
    },
    "Accept-Language": {
        "description": "The language of messages: zh-CN (default) or en.",
        "schema": {"type": "string", "examples": ["zh-CN", "en"]},
    },
}


@cache
def read_document() -> dict[str, Any]:
    """Derive the document."""
    return derive(routes())


def document_bytes() -> bytes:
    """The document as it is committed and served."""
    return orjson.dumps(read_document(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def derive(served: tuple[Route, ...]) -> dict[str, Any]:
    """Derive the document of some routes."""
    schemas = Schemas(describe)
    _walk(schemas, served)
    paths: dict[str, dict[str, Any]] = {}
    for route in sorted(served, key=lambda route: (_path(route), route.verb)):
        paths.setdefault(_path(route), {})[route.verb.lower()] = _operation(schemas, route)
    problem_schemas = _problem_schemas(schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Shuyuan",
            "version": API_VERSION,
            "summary": "Party building in the one-stop student community",
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/base",
        "servers": [{"url": "/", "description": "The gateway that serves this document"}],
        "security": [{"bearerAuth": []}],
        "tags": [{"name": name, "description": text} for name, text in _tags(served).items()],
        "paths": paths,
        "components": {
            "schemas": dict(sorted((schemas.components | problem_schemas).items())),
            "responses": {f"Problem{status}": _problem_response(status) for status in STATUSES},
            "parameters": {
                name.replace("-", ""): {"name": name, "in": "header", "required": False} | header
                for name, header in _HEADERS.items()
            }
            | {
                "IfMatchRequired": {"name": "If-Match", "in": "header", "required": True}
                | _HEADERS["If-Match"]
            },
            "headers": _answer_headers(),
            "securitySchemes": {
                "bearerAuth": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "An OIDC access token (RS256 or ES256).",
                }
            },
        },
    }


def _walk(schemas: Schemas, served: tuple[Route, ...]) -> None:
    for route in served:
        schemas.walk(route.answer_message, Use.ANSWER)
        if route.body_message is not None and route.file_field is None:
            schemas.walk(route.body_message, Use.REQUEST)
        for field in (*route.path_fields, *route.query_fields):
            schemas.walk_field(field)
    schemas.walk(verdict_pb2.Verdict.DESCRIPTOR, Use.ANSWER)


def _path(route: Route) -> str:
    path = route.template
    for field in route.path_fields:
        path = path.replace(f"{{{field.name}}}", f"{{{field.json_name}}}")
    return path


def _tag(route: Route) -> str:
    return f"{route.target}: {str(route.method.containing_service.name).removesuffix('Service')}"


def _tags(served: tuple[Route, ...]) -> dict[str, str]:
    return {_tag(route): describe(route.method.containing_service.full_name) for route in served}


def _operation(schemas: Schemas, route: Route) -> dict[str, Any]:
    text = comments().get(route.method.full_name, "")
    operation: dict[str, Any] = {
        "operationId": route.operation_id,
        "summary": summary(text) or route.method.name,
        "description": text,
        "tags": [_tag(route)],
        "x-permission": route.access.permission,
        "x-scope": route.access.scope,
        "parameters": _parameters(schemas, route),
        "responses": _responses(schemas, route),
    }
    body = route.body_message
    if route.file_field is not None:
        operation["requestBody"] = _file(route.file_field)
    elif body is not None:
        without = [field.name for field in route.path_fields] if route.body == "*" else []
        schema = schemas.message(body, Use.REQUEST, without=without)
        required = any(
            field.rules.required and field.name not in without for field in fields_by_name(body).values()
        )
        operation["requestBody"] = {"required": required, "content": {"application/json": {"schema": schema}}}
    if route.is_public:
        operation["security"] = []
    return operation


def _file(field: Field) -> Schema:
    # Bytes have no schema in OpenAPI 3.1; the bound is ours.
    return {
        "required": True,
        "description": f"{describe(field.descriptor.full_name)} At most {field.rules.max_bytes} bytes.".strip(),
        "content": {media_type: {"schema": {}} for media_type in field.rules.media_types},
        "x-max-bytes": field.rules.max_bytes,
    }


def _parameters(schemas: Schemas, route: Route) -> list[Schema]:
    found = [_parameter(schemas, field, "path") for field in route.path_fields]
    found += [_parameter(schemas, field, "query") for field in route.query_fields]
    found.append(_shared("AcceptLanguage"))
    if route.is_public:
        return found
    found.append(_shared("AfterEvent"))
    if not (route.is_read or route.access.told_once):
        found.append(_shared("IdempotencyKey"))
    if route.access.if_match:
        found.append(_shared("IfMatchRequired"))
    if route.is_read and _has_etag(route):
        found.append(_shared("IfNoneMatch"))
    if route.is_streaming:
        found.append(_shared("LastEventID"))
    return found


def _parameter(schemas: Schemas, field: Field, place: str) -> Schema:
    # A parameter that says nothing is left out: no UNSPECIFIED.
    schema = schemas.field(replace(field, has_presence=True), Use.REQUEST)
    parameter: Schema = {
        "name": field.json_name,
        "in": place,
        "required": place == "path" or field.rules.required,
        "schema": schema,
    }
    if "description" in schema:
        parameter["description"] = schema.pop("description")
    if field.is_repeated:
        parameter |= {"style": "form", "explode": True}
    return parameter


def _shared(name: str) -> Schema:
    return {"$ref": f"#/components/parameters/{name}"}


def _has_etag(route: Route) -> bool:
    return "etag" in fields_by_name(route.answer_message)


def _responses(schemas: Schemas, route: Route) -> dict[str, Any]:
    answer = route.answer_message
    media_type = STREAM if route.is_streaming else "application/json"
    content = (
        {media_type: {"schema": {}} for media_type in route.answer_media_types}
        if answer.full_name == HTTP_BODY
        else {media_type: {"schema": schemas.message(answer, Use.ANSWER)}}
    )
    headers = {"X-Request-Id": _header("RequestId")}
    if _has_etag(route):
        headers["ETag"] = _header("ETag")
    if not route.is_read:
        headers["Event-Id"] = _header("EventId")
    responses: dict[str, Any] = {
        "200": {
            "description": _STREAMED if route.is_streaming else summary(describe(answer.full_name)) or "Done",
            "headers": headers,
            "content": content,
        }
    }
    if route.is_read and _has_etag(route):
        responses["304"] = {
            "description": "What the caller has is current.",
            "headers": {"ETag": _header("ETag")},
        }
    for status in sorted(_problem_statuses(route)):
        responses[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    return responses


def _problem_statuses(route: Route) -> set[int]:
    statuses = set(_ALWAYS)
    if route.is_public:
        statuses -= {401}
    if not route.is_read:
        statuses |= {422}
    if route.body:
        statuses |= {413, 415}
    if route.access.if_match:
        statuses |= {412, 428}
    return statuses


def _header(name: str) -> Schema:
    return {"$ref": f"#/components/headers/{name}"}


def _answer_headers() -> dict[str, Schema]:
    return {
        "ETag": {"description": "The version of the resource.", "schema": {"type": "string"}},
        "EventId": {
            "description": "The last event of the change; send it as After-Event to read what includes it.",
            "schema": {"type": "string"},
        },
        "RequestId": {
            "description": "The caller's X-Request-Id, or one made here; for finding the request in logs.",
            "schema": {"type": "string"},
        },
        "RetryAfter": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 0}},
        "Allow": {"description": "The verbs of the address.", "schema": {"type": "string"}},
        "WWWAuthenticate": {"description": "The scheme that is wanted.", "schema": {"type": "string"}},
    }


def _problem_response(status: int) -> Schema:
    row = STATUSES[status]
    headers = {"X-Request-Id": _header("RequestId")}
    if status == 401:
        headers["WWW-Authenticate"] = _header("WWWAuthenticate")
    if status == 405:
        headers["Allow"] = _header("Allow")
    if status in RETRY_AFTER_SECONDS:
        headers["Retry-After"] = _header("RetryAfter")
    return {
        "description": f"{row.title_en} ({row.title_zh}). {row.meaning}",
        "headers": headers,
        "content": {_PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _problem_schemas(schemas: Schemas) -> dict[str, Schema]:
    verdict = schemas.message(verdict_pb2.Verdict.DESCRIPTOR, Use.ANSWER)
    text = {"type": "string"}
    return {
        "Problem": {
            "type": "object",
            "description": "What went wrong (RFC 9457).",
            "properties": {
                "type": text | {"description": "A stable name of the kind of problem."},
                "title": text | {"description": "The kind of problem, for people."},
                "status": {"type": "integer", "minimum": 400, "maximum": 599},
                "detail": text | {"description": "What happened, for people, in the language asked for."},
                "instance": text | {"description": "The path of the request."},
                "reason": text | {"description": "What programs decide by: a value of an ErrorReason."},
                "violations": {
                    "type": "array",
                    "description": "Every broken field rule.",
                    "items": {"$ref": "#/components/schemas/ProblemViolation"},
                },
                "verdicts": {
                    "type": "array",
                    "description": "What each rule says of the case.",
                    "items": verdict,
                },
                "traceId": text | {"description": "Under which the logs have the request."},
            },
            "required": ["type", "title", "status", "detail", "instance", "reason"],
        },
        "ProblemViolation": {
            "type": "object",
            "description": "One broken field rule.",
            "properties": {
                "in": {"type": "string", "enum": ["body", "query", "path", "header"]},
                "pointer": text | {"description": "JSON Pointer (RFC 6901) into that part of the request."},
                "detail": text | {"description": "What is wrong with it, in the language asked for."},
            },
            "required": ["in", "pointer", "detail"],
        },
    }
