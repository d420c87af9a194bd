"""Settings of the membership service beside those of every service."""

from pydantic import Field

from chassis.settings import Settings as FrameSettings


class Settings(FrameSettings):
    """What an operator can set of membership."""

    # Names of packs that come with the product, by layer; empty: the nation's and both examples.
    rule_packs: list[str] = Field(default_factory=list)
