"""Which profile is a device's own: sysObjectID prefix, then sysDescr pattern, then a probe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from collector.varbind import Value


@dataclass(frozen=True, slots=True)
class Candidate:
    """A profile that may fit.

    Attributes:
        profile: Its name.
        probe: An OID that has to have a value, or None when nothing more is needed.
    """

    profile: str
    probe: str | None = None


@dataclass(frozen=True, slots=True)
class Detection:
    """Profiles that may fit a device, best first; the last one always fits.

    Attributes:
        candidates: Never empty.
    """

    candidates: tuple[Candidate, ...]

    @property
    def probes(self) -> tuple[str, ...]:
        """OIDs to GET before `decide` can tell; empty when the answer is known already."""
        return tuple(c.probe for c in self.candidates if c.probe is not None)

    def decide(self, answers: Mapping[str, Value]) -> str:
        """The name of the profile, given what the probes answered (absent or None: no value)."""
        raise NotImplementedError
