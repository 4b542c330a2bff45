"""Secrets in settings: never written there, only where they are to be found.

`env:NAME` is an environment variable, `file:PATH` a file, relative to the settings. What goes wrong
is told without the text that was found: it may be the secret itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, SecretStr, ValidationInfo
from pydantic_core import PydanticCustomError

_HOW = "write env:NAME (an environment variable) or file:PATH (a file)"
_LONGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class SecretSource:
    """Where references lead. The pydantic context of everything that holds a secret.

    Attributes:
        folder: What relative paths are relative to: the folder of the settings file.
        environment: The environment variables; hidden from `repr`.
    """

    folder: Path
    environment: Mapping[str, str]

    def __repr__(self) -> str:
        return f"SecretSource({str(self.folder)!r})"

    def resolve(self, reference: object) -> str:
        """The secret a reference leads to.

        Raises:
            ValueError: it leads nowhere, or is no reference; the text shows no secret.
        """
        kind, _, name = reference.partition(":") if isinstance(reference, str) else ("", "", "")
        if kind == "env" and name:
            return self._from_environment(name)
        if kind == "file" and name:
            return self._from_file(name)
        raise ValueError(f"secrets do not stand here: {_HOW}")

    def _from_environment(self, name: str) -> str:
        value = self.environment.get(name)
        if value is None:
            raise ValueError(f"the environment variable {name} is not set")
        if not value:
            raise ValueError(f"the environment variable {name} is empty")
        return value

    def _from_file(self, name: str) -> str:
        path = self.folder / name
        try:
            with path.open(encoding="utf-8") as file:
                value = file.read(_LONGEST + 1)
        except FileNotFoundError:
            raise ValueError(f"there is no file {name}") from None
        except UnicodeDecodeError:
            raise ValueError(f"the file {name} is not UTF-8 text") from None
        except OSError as error:
            raise ValueError(f"the file {name} cannot be read: {error.strerror}") from None
        if len(value) > _LONGEST:
            raise ValueError(f"the file {name} is longer than 64 KiB")
        value = value.removesuffix("\n").removesuffix("\r")
        if not value:
            raise ValueError(f"the file {name} is empty")
        return value


def hidden(text: str) -> PydanticCustomError:
    """An error of a secret field: the YAML reader shows the text and not what was found."""
    return PydanticCustomError("hidden_secret", "{text}", {"text": text})


def resolve_reference(value: object, info: ValidationInfo) -> SecretStr:
    """Validator: the secret that a reference in the file leads to."""
    if isinstance(value, SecretStr):
        return value
    source = info.context
    assert isinstance(source, SecretSource)  # noqa: S101 - our own call without a context
    try:
        return SecretStr(source.resolve(value))
    except ValueError as error:
        raise hidden(str(error)) from None


#: A field that holds a reference in the file and the secret in memory.
Secret = Annotated[SecretStr, BeforeValidator(resolve_reference)]
