"""Structured logs: one JSON line per event on standard output, one canonical line per request.

Log ids, never names, numbers or contents: nothing here can tell personal data from other text.
"""

import logging
import sys
import traceback
from typing import TYPE_CHECKING, Any

import orjson
import structlog

if TYPE_CHECKING:
    from chassis.settings import Settings

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def _as_json(event: Any, **_: Any) -> str:
    return orjson.dumps(event, default=str).decode()


class _ToStructlog(logging.Handler):
    """Lines of libraries (grpc, nats, asyncio, uvicorn) take the same way out."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        details = failure(error) if error is not None else {}
        if "text" in details:
            details["error_text"] = details.pop("text")
        structlog.get_logger().log(
            record.levelno, "library.logged", logger=record.name, text=record.getMessage(), **details
        )


_show_text = True


def failure(error: BaseException) -> dict[str, str]:
    """What a log line says about an exception: type, place, SQL state.

    Its text may hold values of a row, so production never logs it.
    """
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    details = {
        "error": type(error).__name__,
        "where": " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames)),
    }
    for name in ("sqlstate", "constraint_name"):
        if value := getattr(error, name, None):
            details[name] = str(value)
    if _show_text:
        details["text"] = str(error)
    return details


def configure(settings: "Settings", service: str) -> None:
    """Set up logging for the process; called once by the command line."""
    global _show_text
    _show_text = not settings.is_production
    console = settings.log_format == "console"
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())
        if console
        else structlog.processors.JSONRenderer(serializer=_as_json)
    )

    def add_service(_: Any, __: str, event: Any) -> Any:
        event["service"] = service
        return event

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            add_service,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[settings.log_level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers[:] = [_ToStructlog()]
    root.setLevel(logging.WARNING)
