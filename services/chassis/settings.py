"""Settings of every process, from the environment (prefix SHUYUAN_) or from files in SHUYUAN_SECRETS_DIR.

A service extends `Settings` in its own `settings.py`; nothing else in the product reads the environment.
"""

import base64
import os
from typing import Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Environment = Literal["production", "embedded", "test"]

SERVICES = ("organization", "membership", "activity", "evaluation")


class Settings(BaseSettings):
    """What an operator can set. Secrets never appear in a log: they are excluded from the representation."""

    model_config = SettingsConfigDict(env_prefix="SHUYUAN_", extra="ignore", frozen=True)

    environment: Environment = "production"
    database_url: str = Field(default="", repr=False)
    database_pool_size: int = Field(default=8, ge=1, le=200)
    nats_url: str = Field(default="", repr=False)
    grpc_host: str = "127.0.0.1"
    grpc_port: int = Field(default=0, ge=0, le=65535)
    grpc_max_message_bytes: int = Field(default=4 * 1024 * 1024, ge=64 * 1024)
    # More calls than this at once are refused with RESOURCE_EXHAUSTED rather than queued without end.
    grpc_max_concurrent: int = Field(default=256, ge=1)
    ops_host: str = "127.0.0.1"
    ops_port: int = Field(default=0, ge=0, le=65535)
    organization_target: str = ""
    membership_target: str = ""
    activity_target: str = ""
    evaluation_target: str = ""
    issuer: str = ""
    jwks_url: str = ""
    audience: str = "shuyuan"
    token_url: str = ""
    client_id: str = ""
    client_secret: str = Field(default="", repr=False)
    identity_key: str = Field(default="", repr=False)
    field_keys: str = Field(default="", repr=False)
    otlp_endpoint: str = ""
    trace_ratio: float = Field(default=0.05, ge=0, le=1)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"
    drain_seconds: float | None = Field(default=None, ge=0, le=60)
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8000, ge=0, le=65535)

    def __init__(self, **values: Any) -> None:
        # The folder is looked up when settings are made, not when this module is imported.
        if "_secrets_dir" not in values and (folder := os.environ.get("SHUYUAN_SECRETS_DIR")):
            values["_secrets_dir"] = folder
        super().__init__(**values)

    @model_validator(mode="after")
    def _keys_are_readable(self) -> Self:
        if self.identity_key and len(self.identity_key_bytes) < 16:
            raise ValueError("identity_key must be base64 of at least 16 bytes")
        self.field_key_ring  # noqa: B018 - reading it is the check
        return self

    @property
    def identity_key_bytes(self) -> bytes:
        """The key of the keyed hash of campus numbers."""
        return base64.b64decode(self.identity_key, validate=True)

    @property
    def field_key_ring(self) -> dict[str, bytes]:
        """Field keys by key id, the current one first."""
        pairs = (item.split(":", 1) for item in self.field_keys.split(",") if item)
        return {kid.strip(): base64.b64decode(key, validate=True) for kid, key in pairs}

    @property
    def is_production(self) -> bool:
        """Whether the settings are those of a real installation."""
        return self.environment == "production"

    @property
    def drain_wait(self) -> float:
        """Seconds between saying NOT_SERVING and refusing calls, so that clients turn away first."""
        if self.drain_seconds is not None:
            return self.drain_seconds
        return 2.0 if self.is_production else 0.2

    def target(self, service: str) -> str:
        """Address of a sibling as host:port; empty where none is set."""
        return str(getattr(self, f"{service}_target", ""))
