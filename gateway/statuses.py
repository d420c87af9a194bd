"""
The one table of failures over HTTP: which category of failure has which status, title and headers.

The answers and the OpenAPI document of every route are made from it.
"""

from dataclasses import dataclass

from chassis.errors import (
    EtagMismatchError,
    IdempotencyMismatchError,
    RulesError,
    ServiceError,
)


class HttpError(ServiceError):
    """A failure of HTTP itself, found by the gateway; `status` is the number."""

    http_status: int


class RouteNotFoundError(HttpError):
    """Nothing has this address."""

    http_status, reason = 404, "ROUTE_NOT_FOUND"


class MethodNotAllowedError(HttpError):
    """The address is there and not for this verb."""

    http_status, reason = 405, "METHOD_NOT_ALLOWED"


class BodyTooLargeError(HttpError):
    """The body is larger than the settings allow."""

    http_status, reason = 413, "BODY_TOO_LARGE"


class MediaTypeNotSupportedError(HttpError):
    """The body is of no type that is taken here, by its own word."""

    http_status, reason = 415, "MEDIA_TYPE_NOT_SUPPORTED"


class IfMatchRequiredError(HttpError):
    """An update says nothing about what was read before."""

    http_status, reason = 428, "IF_MATCH_REQUIRED"


class HttpMalformedError(HttpError):
    """The bytes are no HTTP request."""

    http_status, reason = 400, "HTTP_MALFORMED"


class OriginNotAllowedError(HttpError):
    """The web page that asks is not listed."""

    http_status, reason = 403, "ORIGIN_NOT_ALLOWED"


@dataclass(frozen=True, slots=True)
class Status:
    """What a status is called, and what the OpenAPI document says of it."""

    title_zh: str
    title_en: str
    meaning: str


STATUSES = {
    400: Status("请求无效", "Bad request", "The request breaks field rules; `violations` names the fields."),
    401: Status("未登录", "Not signed in", "No token, or one that cannot be verified."),
    403: Status("没有权限", "Not permitted", "The caller lacks the permission where it is needed."),
    404: Status("未找到", "Not found", "There is no such resource, or none the caller may know of."),
    405: Status("方法不允许", "Method not allowed", "The address does not take this verb; see `Allow`."),
    409: Status(
        "状态冲突",
        "Conflict",
        "The state does not allow it, it exists already, or another change came first.",
    ),
    412: Status("版本已变化", "Changed meanwhile", "`If-Match` is not the present ETag."),
    413: Status("正文过大", "Body too large", "The body is larger than allowed."),
    415: Status("类型不支持", "Unsupported media type", "The body is not of a media type taken here."),
    422: Status(
        "不符合规定",
        "Rules not satisfied",
        "Rules forbid it (`verdicts`), or the idempotency key was used with another request.",
    ),
    428: Status("缺少前提条件", "Precondition required", "`If-Match` is missing."),
    429: Status("请求过多", "Too many requests", "A limit is reached; see `Retry-After`."),
    500: Status("内部错误", "Internal error", "A defect of the system; the log has it under `traceId`."),
    503: Status("服务暂不可用", "Service unavailable", "What is needed is away; see `Retry-After`."),
    504: Status("处理超时", "Timed out", "It took too long; repeat it with the same idempotency key."),
}

_BY_CATEGORY = {
    "INVALID_ARGUMENT": 400,
    "OUT_OF_RANGE": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "ABORTED": 409,
    "FAILED_PRECONDITION": 409,
    "RESOURCE_EXHAUSTED": 429,
    "UNAVAILABLE": 503,
    # A service of an older version that does not know the call yet: it is being upgraded.
    "UNIMPLEMENTED": 503,
    "DEADLINE_EXCEEDED": 504,
}

RETRY_AFTER_SECONDS = {429: 1, 503: 1}


def http_status(error: ServiceError) -> int:
    """The HTTP status of a failure; what the table does not know is 500."""
    if isinstance(error, HttpError):
        return error.http_status
    if error.reason == EtagMismatchError.reason:
        return 412
    if isinstance(error, RulesError) or error.reason == IdempotencyMismatchError.reason:
        return 422
    return _BY_CATEGORY.get(error.status, 500)
