"""Device profiles: what people write in config/profiles/*.yaml."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Profile(BaseModel):
    """One file of config/profiles."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
