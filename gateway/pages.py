"""The gateway's own pages: health, readiness, metrics, the OpenAPI document and its page, which needs no internet."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import orjson
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from chassis.errors import UnavailableError
from gateway.statuses import RouteNotFoundError

_PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<title>Shuyuan API</title>
<link rel="icon" href="/docs/static/favicon.png">
<link rel="stylesheet" href="/docs/static/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/static/swagger-ui-bundle.js"></script>
<script src="/docs/static/start.js"></script>
</body>
</html>
"""
_START = """window.ui = SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, tryItOutEnabled: true,
  persistAuthorization: false, docExpansion: "none", filter: true, validatorUrl: null
});
"""
# The page runs its own scripts and talks to this origin only; Swagger UI sets styles and draws data: images.
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'"
)
_FILES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon.png": "image/png",
}

Readiness = Callable[[], dict[str, bool]]


def pages(document: bytes, ready: Readiness) -> list[Route]:
    """Make the pages; `document` is the OpenAPI document as bytes."""

    async def healthz(_: Request) -> Response:
        return _json(b'{"status":"alive"}')

    async def readyz(_: Request) -> Response:
        parts = ready()
        missing = [name for name, is_ready in parts.items() if not is_ready]
        if missing:
            raise UnavailableError(needed=",".join(missing))
        return _json(orjson.dumps({"ready": True, "parts": parts}))

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    async def openapi(_: Request) -> Response:
        return Response(document, media_type="application/json", headers={"cache-control": "no-cache"})

    return [
        Route("/healthz", healthz, name="healthz"),
        Route("/readyz", readyz, name="readyz"),
        Route("/metrics", metrics, name="metrics"),
        Route("/openapi.json", openapi, name="openapi"),
        Route("/docs", docs, name="docs"),
        Route("/docs/static/{name}", static, name="docs_static"),
    ]


async def docs(_: Request) -> Response:
    """Show the OpenAPI document."""
    return Response(_PAGE, media_type="text/html", headers={"content-security-policy": _PAGE_POLICY})


async def static(request: Request) -> Response:
    """Answer a file of the page; the list is closed, so no path leads anywhere else."""
    name = request.path_params["name"]
    if name == "start.js":
        return Response(_START, media_type="text/javascript")
    media_type = _FILES.get(name)
    if media_type is None:
        raise RouteNotFoundError()
    return FileResponse(_folder() / name, media_type=media_type, headers={"cache-control": "max-age=3600"})


def _folder() -> Path:
    # Found, not imported: the package patches FastAPI on import, and only its files are wanted.
    spec = find_spec("fastapi_offline")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "static"


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json", headers={"cache-control": "no-store"})
