"""YAML written by people: what is read, and how a fault is told."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError

from omc.core.errors import ConfigurationError, Problem
from omc.core.yaml_source import HIDDEN, YamlFile, load_yaml, parse_yaml, shown, validate

FILE = Path("omc.yaml")


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Community(Strict):
    version: Literal["1", "2c"]
    community: SecretStr


class User(Strict):
    version: Literal["3"]
    user: str
    key: Annotated[SecretStr | None, Field(alias="auth_key")] = None


class Step(Strict):
    kind: Literal["scale"]
    factor: float


class Lookup(Strict):
    kind: Literal["lookup"]
    table: dict[int, Step]


class Site(Strict):
    code: str = ""
    height: Annotated[int, Field(ge=0, le=300)] = 0
    online: bool = False
    tags: list[str] = []
    steps: list[Annotated[Step | Lookup, Field(discriminator="kind")]] = []
    credentials: dict[str, Annotated[Community | User, Field(discriminator="version")]] = {}
    secrets: list[SecretStr] = []
    either: Step | None = None
    token: SecretStr | None = None
    any: Any = None

    @field_validator("code")
    @classmethod
    def _code(cls, code: str) -> str:
        if " " in code:
            raise ValueError(f"a site code has no spaces: {code!r}")
        return code

    @field_validator("token")
    @classmethod
    def _token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and len(token.get_secret_value()) < 8:
            raise PydanticCustomError(f"{HIDDEN}_short", "must have 8 characters or more")
        return token


def read(text: str) -> Site:
    return validate(parse_yaml(text, FILE), Site)


def problems_of(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        read(text)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("00123", "00123"),
        ("07123", "07123"),
        ("1:32", "1:32"),
        ("12:30:00", "12:30:00"),
        ("2026-01-01", "2026-01-01"),
        ("on", "on"),
        ("No", "No"),
        ("y", "y"),
        ("1_000", "1_000"),
        ("1e3", "1e3"),
        ("0b11", "0b11"),
        ("1.2.3.4", "1.2.3.4"),
        ("Vĩnh Phúc", "Vĩnh Phúc"),
        ("'8707'", "8707"),
    ],
)
def test_what_people_write_as_text_stays_text(written: str, meant: str) -> None:
    assert parse_yaml(f"code: {written}\n", FILE).data == {"code": meant}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("0", 0),
        ("-12", -12),
        ("0x1F", 31),
        ("1.5", 1.5),
        ("1.5e3", 1500.0),
        (".5", 0.5),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
    ],
)
def test_numbers_truth_and_nothing_are_read_by_yaml_1_2(written: str, meant: object) -> None:
    data = parse_yaml(f"any: {written}\n", FILE).data
    assert data == {"any": meant}
    assert type(data["any"]) is type(meant)


def test_yes_and_no_still_mean_true_and_false_where_a_flag_is_wanted() -> None:
    assert read("online: yes\n").online is True
    assert read("online: off\n").online is False


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("code: a\ncode: b\n", "2:1: not valid YAML: the key 'code' stands here twice"),
        ("any: {x: {k: 1, k: 2}}\n", "1:17: not valid YAML: the key 'k' stands here twice"),
        (
            "any: &a {k: 1}\nonline: yes\nonline: no\n",
            "3:1: not valid YAML: the key 'online' stands here twice",
        ),
        ("any:\n\tx: 1\n", "2:1: not valid YAML: indent with spaces, not with tabs"),
        ("code: @vpc\n", "1:7: not valid YAML: a value that begins with '@' needs quotes"),
        ("code: `vpc\n", "1:7: not valid YAML: a value that begins with '`' needs quotes"),
        ("code: %vpc\n", "1:7: not valid YAML: a value that begins with '%' needs quotes"),
        ("code: *vpc\n", "1:7: not valid YAML: a value that begins with '*' needs quotes"),
        ("code: !vpc x\n", "1:7: not valid YAML: a value that begins with '!' needs quotes"),
        (
            "code: a: b\n",
            "1:8: not valid YAML: a second ': ' in this line: quote the value, or start a new line",
        ),
        ("code: 'abc\n", "2:1: not valid YAML: a quote is opened and never closed"),
        ("code: a\n---\ncode: b\n", "2:1: not valid YAML: only one document a file: remove the"),
        ("any: {[a]: 1}\n", "1:7: not valid YAML: a key has to be a single value"),
        ("tags: [a, b\n", "2:1: not valid YAML: did not find expected ',' or ']'"),
        ("code: a\nany: \x07\n", "2:6: not valid YAML: a control character stands here"),
        ("- a\n", "1:1: expected keys and values, found a list"),
        ("just words\n", "1:1: expected keys and values, found 'just words'"),
    ],
)
def test_a_syntax_fault_is_told_in_plain_words(text: str, problem: str) -> None:
    (found,) = problems_of(text)
    assert problem in found
    assert found.startswith("omc.yaml:")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("height: tall\n", "1:9: height: found 'tall'; expected a whole number"),
        ("height: 301\n", "1:9: height: found 301; must be at most 300"),
        ("height: [1]\n", "1:1: height: found a list; expected a whole number"),
        ("online: 7\n", "1:9: online: found 7; expected true or false"),
        ("code: 8707\n", "1:7: code: found 8707; expected text: put it in quotes"),
        ("code:\n", "1:6: code: found nothing; expected text: put it in quotes"),
        ("code: a b\n", "1:7: a site code has no spaces: 'a b'"),
        ("tags:\n  - a\n  - 2\n", "3:5: tags[1]: found 2; expected text: put it in quotes"),
        ("tags: a\n", "1:7: tags: found a single value; expected a list"),
        (
            "steps: [{kind: lookup, table: {}, tables: {}}]\n",
            "1:35: the key 'tables' is not known here; did you mean 'table'?",
        ),
        ("steps:\n  - {kind: scale}\n", "2:5: the key 'factor' is missing"),
        ("steps:\n  - factor: 3\n", "2:5: the key 'kind' is missing"),
        ("steps:\n  - kind: twist\n", "2:11: kind: found 'twist'; allowed: scale, lookup"),
        (
            "steps:\n  - {kind: scale, factor: 2, base: 10}\n",
            "2:30: the key 'base' is not known here; allowed: factor, kind",
        ),
        (
            "steps:\n  - kind: lookup\n    table:\n      2: {kind: scale, factor: 2, base: 10}\n",
            "4:35: the key 'base' is not known here; allowed: factor, kind",
        ),
        (
            "credentials:\n  core: {version: '3', user: nms, akey: x}\n",
            "2:35: the key 'akey' is not known here; allowed: auth_key, user, version",
        ),
        (
            "credentials:\n  core: {version: '4'}\n",
            "2:19: version: found '4'; allowed: 1, 2c, 3",
        ),
        (
            "either: {kind: scale, factor: x}\n",
            "1:31: factor: found 'x'; expected a number",
        ),
        (
            f"height: {'x' * 100}\n",
            f"1:9: height: found '{'x' * 59}...; expected a whole number",
        ),
    ],
)
def test_a_wrong_value_is_told_at_its_line_with_what_is_allowed(text: str, problem: str) -> None:
    assert problems_of(text) == [f"omc.yaml:{problem}"]


def test_every_wrong_value_is_told_at_once_in_file_order() -> None:
    assert problems_of(
        "online: maybe\nheight: -1\nsteps:\n  - kind: scale\n    factor: many\n"
    ) == [
        "omc.yaml:1:9: online: found 'maybe'; expected true or false",
        "omc.yaml:2:9: height: found -1; must be at least 0",
        "omc.yaml:5:13: factor: found 'many'; expected a number",
    ]


SECRET = "hunter2"


@pytest.mark.parametrize(
    "text",
    [
        f"token: {SECRET}\n",
        f"token: [{SECRET}]\n",
        f"token: {{a: {SECRET}}}\n",
        f"token: *{SECRET}\n",
        f"token: !{SECRET} x\n",
        f"token: @{SECRET}\n",
        f"token: a: {SECRET}\n",
        f"token: '{SECRET}\n",
        f"secrets: {SECRET}\n",
        f"secrets:\n  - [{SECRET}]\n",
        f"credentials: {SECRET}\n",
        f"credentials:\n  core: {SECRET}\n",
        f"credentials:\n  core: {{version: 2c, community: [{SECRET}]}}\n",
        f"credentials:\n  core: {{version: 2c, comunity: {SECRET}}}\n",
        f"credentials:\n  core: {{version: '3', user: nms, auth_key: {{{SECRET}: 1}}}}\n",
    ],
)
def test_a_secret_is_in_no_message(text: str) -> None:
    assert SECRET not in "\n".join(problems_of(text))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("token: 12345678\n", "1:8: token: found a hidden value; expected text: put it in quotes"),
        ("secrets: [1234]\n", "1:11: secrets[0]: found a hidden value; expected text:"),
        (
            "credentials:\n  core: {version: 2c, community: 1234}\n",
            "2:34: community: found a hidden value; expected text:",
        ),
        (
            "credentials:\n  core: {version: '3', user: nms, auth_key: 1234}\n",
            "2:45: auth_key: found a hidden value; expected text:",
        ),
    ],
)
def test_a_secret_that_looks_like_a_number_is_hidden_too(text: str, problem: str) -> None:
    (found,) = problems_of(text)
    assert found.startswith(f"omc.yaml:{problem}")


def test_a_secret_has_no_representation() -> None:
    site = read(f"token: {SECRET}{SECRET}\n")
    assert SECRET not in repr(site)
    assert shown(site.token) == "a hidden value"


def test_an_overridden_key_of_a_merge_is_no_duplicate() -> None:
    text = "any:\n  base: &base {a: 1, b: 2}\n  mine: {<<: *base, b: 3}\n"
    assert parse_yaml(text, FILE).data["any"]["mine"] == {"a": 1, "b": 3}


def test_a_merge_does_not_hide_a_duplicate() -> None:
    text = "any:\n  base: &base {a: 1}\n  mine: {<<: *base, b: 3, b: 4}\n"
    assert problems_of(text) == ["omc.yaml:3:27: not valid YAML: the key 'b' stands here twice"]


def test_a_merge_of_a_merge_is_read_whatever_comes_first() -> None:
    text = (
        "any:\n"
        "  base: &base {a: 1, b: 1}\n"
        "  deeper: {inner: &inner {<<: *base, a: 2}}\n"
        "  outer: {<<: *inner, b: 3}\n"
    )
    data = parse_yaml(text, FILE).data["any"]
    assert data["deeper"]["inner"] == {"a": 2, "b": 1}
    assert data["outer"] == {"a": 2, "b": 3}


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n"])
def test_an_empty_file_is_a_file_without_keys(text: str) -> None:
    assert read(text) == Site()


def test_an_empty_file_that_needs_keys_says_which() -> None:
    with pytest.raises(ConfigurationError) as caught:
        validate(parse_yaml("", FILE), Step)
    assert [str(problem) for problem in caught.value.problems] == [
        "omc.yaml:1:1: the key 'factor' is missing",
        "omc.yaml:1:1: the key 'kind' is missing",
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"code: a\nany: Vi\xeat\n", ":2: not UTF-8 here: save the file as UTF-8"),
        ("code: a\n".encode("utf-16"), ":1: not UTF-8 here: save the file as UTF-8"),
    ],
)
def test_a_file_that_is_not_utf_8_says_in_which_line(
    tmp_path: Path, content: bytes, problem: str
) -> None:
    path = tmp_path / "omc.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        load_yaml(path)
    assert str(caught.value) == f"{path}{problem}"


def test_a_byte_order_mark_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "omc.yaml"
    path.write_bytes(b"\xef\xbb\xbfcode: VPC0001\r\nheight: x\r\n")
    file = load_yaml(path)
    assert file.data == {"code": "VPC0001", "height": "x"}
    with pytest.raises(ConfigurationError, match=r"omc\.yaml:2:9: height"):
        validate(file, Site)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="there is no such file"):
        load_yaml(tmp_path / "nothing.yaml")
    with pytest.raises(ConfigurationError, match="cannot be read: Is a directory"):
        load_yaml(tmp_path)


def test_a_place_that_is_not_there_is_its_nearest_parent() -> None:
    file = parse_yaml("any:\n  a:\n    b: [1, 2]\n", FILE)
    assert str(file.problem(("any", "a", "c"), "x")) == "omc.yaml:2:3: x"
    assert str(file.problem(("any", "a", "b", 7), "x")) == "omc.yaml:3:5: x"
    assert str(file.problem(("any", "a", "b", 1), "x")) == "omc.yaml:3:12: x"
    assert str(file.problem(("any", "a", "b", 1, "deeper"), "x")) == "omc.yaml:3:12: x"
    assert str(file.problem((), "x")) == "omc.yaml:1:1: x"


@given(st.text(max_size=60))
def test_any_text_is_either_read_or_refused_with_a_place(text: str) -> None:
    try:
        file = parse_yaml(text, FILE)
    except ConfigurationError as error:
        problems = error.problems
    else:
        problems = faults_of(file)
    for problem in problems:
        assert 0 <= problem.line <= len(text) + 2
        assert problem.text
        assert "\n" not in problem.text


def faults_of(file: YamlFile) -> tuple[Problem, ...]:
    try:
        validate(file, Site)
    except ConfigurationError as error:
        return error.problems
    return ()
