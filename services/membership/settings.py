"""Settings of the membership service beside those of every service."""

from pydantic import Field

from chassis.settings import Settings as FrameSettings


class Settings(FrameSettings):
    """What an operator can set of membership."""

    # A file of rows comes in one message; the contract bounds it below this (`UploadImport`).
    grpc_max_message_bytes: int = Field(default=12 * 1024 * 1024, ge=64 * 1024)
    # Names of packs that come with the product, by layer; empty: the nation's and both examples.
    rule_packs: list[str] = Field(default_factory=list)
    # Names of packs that say how long what is held on a person is kept; a university puts its own for the example.
    retention_packs: list[str] = Field(
        default_factory=lambda: ["standing", "retention", "retention_example"], min_length=1
    )
