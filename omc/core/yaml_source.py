"""YAML files written by people: read once, and remembered by line and column for error messages.

Positions are looked up only when something is wrong, so that a large inventory pays nothing for
them. Values in error texts are shortened, and left out where the field is a secret.

Plain scalars are read by the core schema of YAML 1.2, because its predecessor turns what people
write in a network inventory into something else: `1:32` (a splitter) into 92, `07123` (a commune
code) into 3667, `on` and `no` into booleans.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

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

#: Validators of secrets raise PydanticCustomError with a type that begins so: what was found is
#: then left out of the message.
HIDDEN = "hidden"

_MAX_SHOWN = 60
#: What a misspelt key looks like. Others may be pieces of a secret that was not quoted.
_PLAIN_KEY = re.compile(r"[\w-]{1,40}")


class _DuplicateKey(yaml.MarkedYAMLError):
    pass


class _Loader(_BaseLoader):
    """Safe loading that refuses a mapping with the same key twice and leaves dates as text."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._checked: set[int] = set()

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        # Merging (`<<: *base`) adds the base's pairs to the node, and an overridden key is then
        # there twice with good reason: look only before the first merge.
        if id(node) not in self._checked:
            self._checked.add(id(node))
            _refuse_duplicate_keys(node)
        super().flatten_mapping(node)


def _refuse_duplicate_keys(node: yaml.MappingNode) -> None:
    keys = [(key.tag, key.value, key) for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
    seen: set[tuple[str, str]] = set()
    for tag, value, key in keys:
        if (tag, value) in seen:
            raise _DuplicateKey(
                problem=f"the key {value!r} stands here twice", problem_mark=key.start_mark
            )
        seen.add((tag, value))


_Loader.yaml_implicit_resolvers = {
    "<": [("tag:yaml.org,2002:merge", re.compile(r"^<<$"))],
}
for _tag, _pattern, _first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^(?:[-+]?(?:0|[1-9][0-9]*)|0x[0-9a-fA-F]+)$", list("-+0123456789")),
    ("float", r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$", list("-+0123456789.")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


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
    _nodes: list[yaml.Node | None] = field(default_factory=list, repr=False, compare=False)

    def problem(self, location: Location, text: str, *, at_key: bool = False) -> Problem:
        """A problem at a place in the file: keys and list indexes from the top.

        Where the place itself does not exist (a missing key), its nearest parent is named.

        Args:
            location: Keys and list indexes from the top.
            text: What was found and what is allowed.
            at_key: Name the place of the last key rather than that of its value.
        """
        if not self._nodes:
            self._nodes.append(yaml.compose(self.text, Loader=_BaseLoader))
        line, column = _position(self._nodes[0], location, at_key=at_key)
        return Problem(str(self.path), line, column, text)


def load_yaml(path: Path) -> YamlFile:
    """Read one YAML file.

    Raises:
        ConfigurationError: unreadable, not UTF-8, or not YAML.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigurationError([Problem(str(path), 0, 0, "there is no such file")]) from None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        text = "not UTF-8 here: save the file as UTF-8"
        raise ConfigurationError([Problem(str(path), line, 0, text)]) from None
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
            [Problem(str(path), line, column, f"not valid YAML: {_syntax_fault(error, text)}")]
        ) from None
    except yaml.YAMLError:
        line, column = _first_forbidden_character(text)
        found = "not valid YAML: a control character stands here"
        raise ConfigurationError([Problem(str(path), line, column, found)]) from None
    except RecursionError:
        raise ConfigurationError([Problem(str(path), 0, 0, "nested too deeply")]) from None
    return YamlFile(path, text, data)


#: What the parser says (part of it), and what helps the person who reads it.
_SYNTAX_FAULTS = (
    ("alias", "a value that begins with '*' needs quotes"),
    ("constructor", "a value that begins with '!' needs quotes"),
    ("tag", "a value that begins with '!' needs quotes"),
    ("another document", "only one document a file: remove the line '---'"),
    ("mapping values", "a second ': ' in this line: quote the value, or start a new line"),
    ("end of stream", "a quote is opened and never closed"),
    ("unhashable", "a key has to be a single value"),
)


def _syntax_fault(error: yaml.MarkedYAMLError, text: str) -> str:
    """What is wrong, without the text that was found: it may be a secret somebody pasted."""
    problem = str(error.problem)
    if "start any token" in problem and error.problem_mark is not None:
        character = text[error.problem_mark.index]
        if character == "\t":
            return "indent with spaces, not with tabs"
        return f"a value that begins with {character!r} needs quotes"
    return next((advice for part, advice in _SYNTAX_FAULTS if part in problem), problem)


def _first_forbidden_character(text: str) -> tuple[int, int]:
    """1-based line and column of the first character that no YAML file may hold (YAML 1.2, 5.1)."""
    found = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if found is None:
        return (0, 0)
    before = text[: found.start()]
    return (before.count("\n") + 1, found.start() - before.rfind("\n"))


def validate(file: YamlFile, model: type[ModelT], context: object = None) -> ModelT:
    """Build a pydantic model from a file.

    Args:
        file: What was read.
        model: What it has to be.
        context: Handed to the model's validators.

    Raises:
        ConfigurationError: with every fault the model finds, each at its line and column.
    """
    data = file.data if file.data is not None else {}
    if not isinstance(data, dict):
        found = shown(data)
        raise ConfigurationError([file.problem((), f"expected keys and values, found {found}")])
    try:
        return model.model_validate(data, context=context)
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
    name = _called(details["loc"])
    if kind == "missing":
        text = f"the key {name!r} is missing"
    elif kind == "extra_forbidden":
        allowed = sorted(_sibling_fields(model, details["loc"]))
        named = f"the key {name!r}" if _PLAIN_KEY.fullmatch(name) else "this key"
        text = f"{named} is not known here"
        if near := get_close_matches(name, allowed, n=1, cutoff=0.8):
            text += f"; did you mean {near[0]!r}?"
        elif allowed:
            text += f"; allowed: {', '.join(allowed)}"
        return file.problem(location, text, at_key=True)
    elif kind == "value_error":
        text = str(details["msg"]).removeprefix("Value error, ")
    elif kind.startswith("union_tag"):
        return _unknown_variant(file, location, details)
    elif kind.startswith(HIDDEN):
        text = f"{name}: {details['msg']}"
        return file.problem(location, text, at_key=details["loc"][-1] == _OF_THE_KEY)
    else:
        found = shown(details["input"])
        if kind in _NOT_A_COLLECTION and isinstance(details["input"], (str, int, float)):
            found = "a single value"
        elif _is_secret(model, details["loc"]):
            found = "a hidden value"
        text = f"{name}: found {found}; {_expectation(details)}" if name else _expectation(details)
    return file.problem(location, text)


#: The last step of a pydantic location when a key of a mapping is wrong, and not its value.
_OF_THE_KEY = "[key]"


def _called(location: tuple[int | str, ...]) -> str:
    """The last key of a place; a member of a list is `list[index]`."""
    *_, before, last = ("", "", *location)
    if last == _OF_THE_KEY:
        return str(before) if _PLAIN_KEY.fullmatch(str(before)) else "this key"
    return f"{before}[{last}]" if isinstance(last, int) else str(last)


_NOT_A_COLLECTION = {
    "model_type": "expected keys and values",
    "model_attributes_type": "expected keys and values",
    "dict_type": "expected keys and values",
    "mapping_type": "expected keys and values",
    "list_type": "expected a list",
    "tuple_type": "expected a list",
}

_EXPECTATIONS = _NOT_A_COLLECTION | {
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "int_from_float": "expected a whole number",
    "float_type": "expected a number",
    "float_parsing": "expected a number",
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "string_type": "expected text: put it in quotes",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "literal_error": "expected {expected}",
    "enum": "expected {expected}",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
}


def _expectation(details: ErrorDetails) -> str:
    """What would be right, in words for people who never heard of pydantic."""
    template = _EXPECTATIONS.get(details["type"])
    if template is not None:
        return template.format(**details.get("ctx", {}))
    message = str(details["msg"])
    return message[0].lower() + message[1:]


def _unknown_variant(file: YamlFile, location: Location, details: ErrorDetails) -> Problem:
    """A mapping whose `version` (or other telling key) is missing or none of the known ones."""
    key = str(details["ctx"]["discriminator"]).strip("'")
    if details["type"] == "union_tag_not_found":
        return file.problem(location, f"the key {key!r} is missing")
    allowed = str(details["ctx"]["expected_tags"]).replace("'", "")
    text = f"{key}: found {shown(details['ctx']['tag'])}; allowed: {allowed}"
    return file.problem((*location, key), text)


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
    """Field names of the model that an unknown key was found in."""
    current = [model]
    for step in location[:-1]:
        inner = [m for c in current for m in _models_in(_annotation(c, step))]
        current = inner or [c for c in current if _is_variant(c, step)] or current
    return {field.alias or name for c in current for name, field in c.model_fields.items()}


def _is_secret(model: type[BaseModel], location: tuple[int | str, ...]) -> bool:
    """Whether a place is, or is part of, a field that may hold a secret."""
    current = [model]
    for step in location:
        annotations = [_annotation(c, step) for c in current]
        if any(_mentions_secret(annotation) for annotation in annotations):
            return True
        inner = [m for annotation in annotations for m in _models_in(annotation)]
        current = inner or [c for c in current if _is_variant(c, step)] or current
    return False


def _mentions_secret(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, SecretStr):
        return True
    return any(_mentions_secret(part) for part in get_args(annotation))


def _annotation(model: type[BaseModel], step: int | str) -> Any:
    """The annotation of the field that a location step names; None for a list index or a key."""
    for name, info in model.model_fields.items():
        if step == (info.alias or name):
            return info.annotation
    return None


def _is_variant(model: type[BaseModel], step: int | str) -> bool:
    """Whether a location step that is not in the file names this member of a union."""
    if model.__name__ == step:
        return True
    return any(step in get_args(info.annotation) for info in model.model_fields.values())


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """Models mentioned anywhere in a type annotation, outermost first."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]


def _position(root: yaml.Node | None, location: Location, *, at_key: bool) -> tuple[int, int]:
    """1-based line and column of a place in the composed tree, which keeps marks."""
    if root is None:
        return (1, 1)
    node, mark = root, root.start_mark
    for step in location:
        if isinstance(node, yaml.MappingNode):
            pair = next((kv for kv in node.value if kv[0].value == str(step)), None)
            if pair is None:
                break
            key, node = pair
            scalar = isinstance(node, yaml.ScalarNode) and not at_key
            mark = node.start_mark if scalar else key.start_mark
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            if step >= len(node.value):
                break
            node = node.value[step]
            mark = node.start_mark
        else:
            break
    return (mark.line + 1, mark.column + 1)
