"""What a command needs of the settings to call the service that runs on them: no secrets."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import ConfigDict

from omc.core.settings.api import ApiSettings
from omc.core.settings.base import AnyPath, SettingsModel
from omc.core.settings.secret_reference import SecretSource
from omc.core.yaml_source import load_yaml, validate


class ClientSettings(SettingsModel):
    """The part of `omc.yaml` that says where the service is; the rest is passed over.

    Attributes:
        data: Folder with the local token.
        api: Where it listens.
        language: Of texts for people.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    data: AnyPath
    api: ApiSettings = ApiSettings()
    language: Literal["vi", "en"] = "vi"


def load_client_settings(path: Path) -> ClientSettings:
    """Read where the service is. Nothing else is looked at, so no secret has to be there.

    Raises:
        ConfigurationError: with every problem of these parts.
    """
    return validate(load_yaml(path), ClientSettings, SecretSource(path.parent, {}))
