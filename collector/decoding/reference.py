"""How one object of a profile points at another: a column of the same or a joined row, a scalar."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from collector.decoding.index import Name
from omc.core.model import Quality

Oid = Annotated[str, Field(pattern=r"^[0-2](\.\d+)+$")]


def as_list(value: object) -> object:
    """A single item as a list of one: people leave the brackets out."""
    return value if isinstance(value, list | tuple) else [value]


#: A list in which a single item may stand without the brackets.
Codes = Annotated[tuple[int | str, ...], BeforeValidator(as_list)]
Names = Annotated[tuple[Name, ...], BeforeValidator(as_list)]


class Model(BaseModel):
    """Strict and immutable, as everything people write."""

    # Only the outermost model is built, when it is first used: commands start sooner.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Reference(Model):
    """Where a value stands.

    Attributes:
        column: A column of a table, taken from the row with the same index, or with `by` or
            `via` from another row.
        scalar: A complete OID, the same for all rows.
        by: Names of index parts (or of their bit fields) that make the joined row's index.
        via: A column of our own row whose value is the joined row's index: a pointer.
    """

    column: Oid | None = None
    scalar: Oid | None = None
    by: Names = ()
    via: Oid | None = None

    @model_validator(mode="after")
    def _points_at_one_thing(self) -> Self:
        if type(self) is Reference or isinstance(self, Condition):
            require_one(self.column, self.scalar, what="column or scalar")
        if self.joins and self.scalar is not None:
            raise ValueError("a scalar has no rows that 'by' or 'via' could name")
        if self.by and self.via is not None:
            raise ValueError("say which row either with 'by' or with 'via'")
        return self

    @property
    def place(self) -> Reference:
        """Only where the value stands, without what a subclass adds: equal places compare equal."""
        return Reference(column=self.column, scalar=self.scalar, by=self.by, via=self.via)

    @property
    def joins(self) -> bool:
        """Whether the value stands in another row than the one that asks."""
        return bool(self.by) or self.via is not None

    @property
    def pointer(self) -> Reference | None:
        """The column of our own row that says which row is meant, if there is one."""
        return Reference(column=self.via) if self.via is not None else None


class Condition(Reference):
    """A test of another object's value.

    Attributes:
        equals: Codes or texts that pass.
        differs: Codes or texts that do not pass.
        matches: Regular expression that has to be found in the text.
        otherwise: What a reading is when the test does not pass: one quality, or one for each
            code that does not pass (others are `invalid`).
    """

    equals: Codes | None = None
    differs: Codes | None = None
    matches: str | None = None
    otherwise: Quality | Mapping[int | str, Quality] = Quality.INVALID

    @model_validator(mode="after")
    def _tests_one_thing(self) -> Self:
        require_one(self.equals, self.differs, self.matches, what="equals, differs or matches")
        if self.matches is not None:
            check_pattern(self.matches)
        return self


def require_one(*values: object, what: str) -> None:
    """Raise ValueError unless exactly one value is not None."""
    if sum(value is not None for value in values) != 1:
        raise ValueError(f"say exactly one of {what}")


def check_pattern(pattern: str, *, groups: int | None = None) -> None:
    """Raise ValueError unless the text is a regular expression (with that many groups)."""
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from None
    if groups is not None and compiled.groups != groups:
        raise ValueError(f"{pattern!r} needs {groups} group, it has {compiled.groups}")
