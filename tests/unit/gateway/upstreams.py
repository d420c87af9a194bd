"""A gRPC server that answers what a test tells it to, by the real wire and with the real messages."""

from collections.abc import Awaitable, Callable
from typing import Any

import grpc
from google.protobuf import descriptor_pool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from chassis import wire_errors
from chassis.errors import ServiceError

Answer = Message | ServiceError | Callable[[Any, Any], Awaitable[Message]]


class FakeService(grpc.GenericRpcHandler):
    """Answers every method of the contract; what no test has set is answered with an empty message."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Drop the answers that were set and the requests that came, for the next test."""
        self.answers: dict[str, Answer] = {}
        self.trailing: tuple[tuple[str, str], ...] = ()
        self.requests: list[Any] = []
        self.metadata: dict[str, Any] = {}
        self.calls = 0

    def service(self, handler_call_details: Any) -> Any:
        """Find the method by its path."""
        service, _, name = handler_call_details.method.lstrip("/").rpartition("/")
        if not service.startswith("shuyuan."):
            return None  # no health service: the client then takes the server for healthy
        method = descriptor_pool.Default().FindServiceByName(service).methods_by_name[name]
        output = GetMessageClass(method.output_type)

        async def handle(request: Message, context: Any) -> Message:
            self.calls += 1
            self.requests.append(request)
            self.metadata = dict(context.invocation_metadata() or ())
            answer = self.answers.get(name, output())
            if isinstance(answer, ServiceError):
                await self._fail(answer, context)
            if self.trailing:
                context.set_trailing_metadata(self.trailing)
            return await answer(request, context) if callable(answer) else answer  # type: ignore[return-value]

        return grpc.unary_unary_rpc_method_handler(
            handle,
            request_deserializer=GetMessageClass(method.input_type).FromString,
            response_serializer=lambda message: message.SerializeToString(),
        )

    async def _fail(self, error: ServiceError, context: Any) -> None:
        status = wire_errors.to_status(error, "organization", "zh-CN")
        trailing = ((wire_errors.DETAILS, status.SerializeToString()),)
        await context.abort(wire_errors.CODES[error.status], status.message, trailing)
