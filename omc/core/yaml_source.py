"""YAML files written by people: read once, and remembered by line and column for error messages.

Positions are looked up only when something is wrong, so that a large inventory pays nothing for
them. Values in error texts are shortened, and hidden where the field is a secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml
from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from omc.core.errors import ConfigurationError, Problem

try:
    from yaml import CSafeLoader as _BaseLoader
except ImportError:  # PyYAML without libyaml: slower, otherwise the same
    from yaml import SafeLoader as _BaseLoader  # type: ignore[assignment]

Location = tuple[int | str, ...]
ModelT = TypeVar("ModelT", bound=BaseModel)

_MAX_SHOWN = 60


class _DuplicateKey(yaml.MarkedYAMLError):
    pass


class _Loader(_BaseLoader):
    """Safe loading that refuses a mapping with the same key twice and leaves dates as text."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        if len(mapping) < len(node.value) and not any(
            key.tag == "tag:yaml.org,2002:merge" for key, _ in node.value
        ):
            seen: set[str] = set()
            for key, _ in node.value:
                if key.value in seen:
                    raise _DuplicateKey(
                        problem=f"the key {key.value!r} stands here twice",
                        problem_mark=key.start_mark,
                    )
                seen.add(key.value)
        return mapping


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _BaseLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A parsed file and the way back to its lines.

    Attributes:
        path: As given by the caller.
        text: The file's text.
        data: Plain dicts, lists, strings, numbers, booleans and None.
    """

    path: Path
    text: str
    data: Any

    def problem(self, location: Location, text: str) -> Problem:
        """A problem at a place in the file: keys and list indexes from the top.

        Where the place itself does not exist (a missing key), its nearest parent is named.
        """
        line, column = _position(self.text, location)
        return Problem(str(self.path), line, column, text)


def load_yaml(path: Path) -> YamlFile:
    """Read one YAML file.

    Raises:
        ConfigurationError: unreadable, not UTF-8, or not YAML.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigurationError([Problem(str(path), 0, 0, "there is no such file")]) from None
    except UnicodeDecodeError as error:
        text = f"not UTF-8 at byte {error.start}: save the file as UTF-8"
        raise ConfigurationError([Problem(str(path), 0, 0, text)]) from None
    except OSError as error:
        text = f"cannot be read: {error.strerror}"
        raise ConfigurationError([Problem(str(path), 0, 0, text)]) from None
    return parse_yaml(text, path)


def parse_yaml(text: str, path: Path) -> YamlFile:
    """Parse YAML text that came from `path`.

    Raises:
        ConfigurationError: not YAML; line and column of the first fault.
    """
    try:
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 - derives from the safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise ConfigurationError(
            [Problem(str(path), line, column, f"not valid YAML: {error.problem}")]
        ) from None
    except yaml.YAMLError as error:
        raise ConfigurationError([Problem(str(path), 0, 0, f"not valid YAML: {error}")]) from None
    return YamlFile(path, text, data)


def validate(file: YamlFile, model: type[ModelT]) -> ModelT:
    """Build a pydantic model from a file.

    Raises:
        ConfigurationError: with every fault the model finds, each at its line and column.
    """
    data = file.data if file.data is not None else {}
    if not isinstance(data, dict):
        found = shown(data)
        raise ConfigurationError([file.problem((), f"expected keys and values, found {found}")])
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems = [_problem_of(file, details, model) for details in error.errors()]
        raise ConfigurationError(problems) from None


def shown(value: object) -> str:
    """A value as error texts show it: short, on one line, secrets hidden."""
    if isinstance(value, SecretStr):
        return "a hidden value"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    text = repr(value)
    return text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "..."


def _problem_of(file: YamlFile, details: ErrorDetails, model: type[BaseModel]) -> Problem:
    location = _data_location(file.data, details["loc"])
    kind = details["type"]
    name = str(details["loc"][-1]) if details["loc"] else ""
    if kind == "missing":
        text = f"the key {name!r} is missing"
    elif kind == "extra_forbidden":
        allowed = ", ".join(sorted(_sibling_fields(model, details["loc"])))
        text = f"the key {name!r} is not known here"
        text += f"; allowed: {allowed}" if allowed else ""
    elif kind == "value_error":
        text = str(details["msg"]).removeprefix("Value error, ")
    else:
        message = str(details["msg"])
        message = message[0].lower() + message[1:]
        text = f"{name}: found {shown(details['input'])}; {message}" if name else message
    return file.problem(location, text)


def _data_location(data: Any, location: tuple[int | str, ...]) -> Location:
    """Keep the steps of a pydantic location that exist in the file (it adds names of its own)."""
    steps: list[int | str] = []
    for step in location:
        in_list = isinstance(data, list) and isinstance(step, int) and step < len(data)
        if in_list or (isinstance(data, dict) and step in data):
            data = data[step]
            steps.append(step)
    return tuple(steps)


def _sibling_fields(model: type[BaseModel], location: tuple[int | str, ...]) -> set[str]:
    """Field names of the model that an unknown key was found in; empty if it cannot be told."""
    current: Any = model
    for step in location[:-1]:
        if isinstance(step, int):
            continue
        fields = getattr(current, "model_fields", {})
        if step not in fields:
            named = [c for c in _models_in(current) if c.__name__ == step]
            current = named[0] if named else current
            continue
        candidates = _models_in(fields[step].annotation)
        if not candidates:
            return set()
        current = candidates[0]
    fields = getattr(current, "model_fields", {})
    return {field.alias or name for name, field in fields.items()}


def _models_in(annotation: Any) -> list[Any]:
    """Models mentioned anywhere in a type annotation, outermost first."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    found: list[Any] = []
    for part in cast("tuple[Any, ...]", getattr(annotation, "__args__", ())):
        found.extend(_models_in(part))
    return found


def _position(text: str, location: Location) -> tuple[int, int]:
    """1-based line and column of a place, from a second parse that keeps marks."""
    node = yaml.compose(text, Loader=_BaseLoader)
    if node is None:
        return (1, 1)
    mark = node.start_mark
    for step in location:
        if isinstance(node, yaml.MappingNode):
            pair = next((kv for kv in node.value if kv[0].value == str(step)), None)
            if pair is None:
                break
            key, node = pair
            mark = key.start_mark if not isinstance(node, yaml.ScalarNode) else node.start_mark
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            if step >= len(node.value):
                break
            node = node.value[step]
            mark = node.start_mark
        else:
            break
    return (mark.line + 1, mark.column + 1)
