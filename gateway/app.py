"""The application: FastAPI with one route for each RPC of the contract, found by dictionaries."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, APIRouter
from starlette.routing import BaseRoute
from starlette.routing import Route as PlainRoute

from gateway.edge import App, Edge, Receive, Scope, Send, not_allowed, send_whole
from gateway.router import Index
from gateway.settings import GatewaySettings
from gateway.statuses import RouteNotFoundError
from gateway.streams import StreamEndpoint
from gateway.transcode import Endpoint

Lifespan = AbstractAsyncContextManager[None]
AnyEndpoint = Endpoint | StreamEndpoint


class RpcRoute(APIRoute):
    """A FastAPI route whose work is an endpoint, with nothing of FastAPI between."""

    def __init__(self, endpoint: AnyEndpoint) -> None:
        route = endpoint.route

        async def declared() -> None:
            """Stand for the RPC in FastAPI's list; `serve` is what runs."""

        super().__init__(
            route.template,
            declared,
            methods=[route.verb],
            operation_id=route.operation_id,
            name=route.operation_id,
            response_model=None,
        )
        self.rpc = endpoint


class IndexedRouter(APIRouter):
    """A router that finds by dictionaries what FastAPI would look for in a list."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(redirect_slashes=False, **arguments)
        self._index: Index[tuple[str, BaseRoute]] = Index()

    def serve_rpc(self, endpoint: AnyEndpoint) -> None:
        """Add the route of an RPC."""
        route = RpcRoute(endpoint)
        self.routes.append(route)
        self._index.add(endpoint.route.verb, endpoint.route.template, (endpoint.route.operation_id, route))

    def serve_page(self, route: PlainRoute) -> None:
        """Add a page of the gateway itself."""
        self.routes.append(route)
        for method in route.methods or ():
            self._index.add(method, route.path, (route.name, route))

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Find the route and let it serve; nothing found is 404, found for other verbs only is 405."""
        if scope["type"] != "http":
            await super().app(scope, receive, send)
            return
        found = self._index.find(scope["path"])
        if found is None:
            raise RouteNotFoundError()
        served = scope["shuyuan"]
        entry = found.methods.get(scope["method"])
        if entry is None:
            raise not_allowed(found.methods)
        served.operation, route = entry
        if not isinstance(route, RpcRoute):
            await _serve_page(route, scope, receive, send)
            return
        endpoint = route.rpc
        served.places, served.is_public = endpoint.places, endpoint.route.is_public
        if isinstance(endpoint, StreamEndpoint):
            await endpoint.stream(scope, receive, send, served.headers, found.values)
            return
        reply = await endpoint.serve(scope, receive, served.headers, found.values)
        await send_whole(send, *reply)


async def _serve_page(route: BaseRoute, scope: Scope, receive: Receive, send: Send) -> None:
    _, child = route.matches(scope)
    scope.update(child)
    await route.handle(scope, receive, send)


class Gateway(FastAPI):
    """FastAPI without its own pages, whose document is the one derived from the contract."""

    def __init__(
        self,
        settings: GatewaySettings,
        endpoints: Iterable[AnyEndpoint],
        pages: Iterable[PlainRoute],
        document: Mapping[str, Any],
        lifespan: Lifespan | None = None,
    ) -> None:
        super().__init__(openapi_url=None, docs_url=None, redoc_url=None, title="Shuyuan")
        self._document = document
        self._settings = settings

        @asynccontextmanager
        async def living(_: FastAPI) -> AsyncIterator[None]:
            if lifespan is None:
                yield
                return
            async with lifespan:
                yield

        router = IndexedRouter(lifespan=living)
        for endpoint in endpoints:
            router.serve_rpc(endpoint)
        for page in pages:
            router.serve_page(page)
        self.router = router

    def openapi(self) -> dict[str, Any]:
        """Answer the document derived from the descriptors; FastAPI derives nothing."""
        return dict(self._document)

    def build_middleware_stack(self) -> App:
        """Put the edge around the router, in place of layers that would answer with bodies of their own."""
        settings = self._settings
        return Edge(
            self.router,
            origins=settings.allowed_origins,
            most=settings.http_max_concurrent,
            proxies=settings.http_proxies,
        )
