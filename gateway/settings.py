"""What an operator can set of the gateway, beside what every process has."""

from pydantic import Field, field_validator

from chassis.settings import Settings


class GatewaySettings(Settings):
    """Settings of the gateway; the prefix is SHUYUAN_, as everywhere."""

    # Exact origins of web pages that may call, comma separated: https://portal.example.edu
    cors_origins: str = ""
    # Reverse proxies in front of the gateway, each of which adds to X-Forwarded-For whom it was asked by. Without
    # any the header is not believed; a number too high lets callers name an address themselves.
    http_proxies: int = Field(default=0, ge=0, le=8)
    # Larger bodies are refused with 413. gRPC messages hold 4 MiB; JSON is larger than its message.
    http_max_body_bytes: int = Field(default=2 * 1024 * 1024, ge=1024)
    # A request that is not answered after this time is answered with 504.
    http_request_seconds: float = Field(default=5.0, gt=0, le=120)
    # The same for a request that carries a file, is answered by one, or is about many resources at once.
    http_file_seconds: float = Field(default=30.0, gt=0, le=120)
    # More requests than this at once are refused with 429 rather than queued without end.
    http_max_concurrent: int = Field(default=512, ge=1)
    # More streams of events than this at once are refused likewise; each counts as a request while it is open.
    http_max_streams: int = Field(default=64, ge=1)

    @field_validator("cors_origins")
    @classmethod
    def _origins_are_exact(cls, value: str) -> str:
        for origin in filter(None, (part.strip() for part in value.split(","))):
            if "*" in origin or not origin.startswith(("https://", "http://")) or origin.count("/") != 2:
                raise ValueError(f"{origin!r} is no exact origin such as https://portal.example.edu")
        return value

    @property
    def allowed_origins(self) -> frozenset[str]:
        """The origins whose pages may call."""
        return frozenset(filter(None, (part.strip() for part in self.cors_origins.split(","))))
