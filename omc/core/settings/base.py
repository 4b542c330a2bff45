"""What every model of the settings stands on: the base class, and fields that many share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from omc.core.quantities import LAST_PORT, Written, parse_host
from omc.core.settings.secret_reference import SecretSource


class SettingsModel(BaseModel):
    """Immutable, and closed to keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def expectation(text: str) -> PydanticCustomError:
    """An error whose message the YAML reader completes with the key and what was found."""
    return PydanticCustomError("expectation", "{text}", {"text": text})


def version_as_text(value: object) -> object:
    """Let `version: 2` and `version: "2"` mean the same, before the version picks the model."""
    if isinstance(value, dict) and isinstance(value.get("version"), int):
        return {**value, "version": str(value["version"])}
    return value


def _path(value: object, info: ValidationInfo) -> Path:
    if isinstance(value, Path):
        return value
    source = info.context
    assert isinstance(source, SecretSource)  # noqa: S101 - our own call without a context
    if not isinstance(value, str) or not value:
        raise expectation("expected a path")
    return source.folder / value


def _existing_folder(path: Path) -> Path:
    if not path.is_dir():
        raise expectation("there is no such folder")
    return path


def _existing_file(path: Path) -> Path:
    if not path.is_file():
        raise expectation("there is no such file")
    return path


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise expectation("expected a name")
    return value


def _time_zone(value: object) -> ZoneInfo:
    try:
        return ZoneInfo(value if isinstance(value, str) else "")
    except (LookupError, ValueError, OSError):
        raise expectation("expected an IANA time zone such as Asia/Ho_Chi_Minh") from None


#: Relative to the settings file; need not exist.
AnyPath = Annotated[Path, PlainValidator(_path)]
FolderPath = Annotated[AnyPath, AfterValidator(_existing_folder)]
FilePath = Annotated[AnyPath, AfterValidator(_existing_file)]

Name = Annotated[str, PlainValidator(_name)]
HostName = Annotated[str, Written(parse_host)]
Port = Annotated[int, Field(ge=1, le=LAST_PORT, strict=True)]
Count = Annotated[int, Field(ge=1, strict=True)]

TimeZone = Annotated[ZoneInfo, PlainValidator(_time_zone)]
DEFAULT_TIME_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
