"""Which profile is a device's own: sysObjectID prefix, then sysDescr pattern, then a probe."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from collector.profiles.profile import DetectionRule, Profile
from collector.varbind import Value

#: The profile of devices that no other one fits.
GENERIC = "generic"


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
        for candidate in self.candidates:
            if candidate.probe is None or answers.get(candidate.probe) is not None:
                return candidate.profile
        return GENERIC


def detect(profiles: Iterable[Profile], sys_object_id: str, sys_descr: str) -> Detection:
    """Rank the profiles whose rules fit.

    The longest sysObjectID prefix comes first; among equals, rules that also ask for a text in
    sysDescr, then rules that ask for a probe, then profiles by name.
    """
    sys_object_id = sys_object_id.lstrip(".")
    ranked = sorted(
        (-length, rule.sys_descr is None, rule.probe is None, profile.name, rule.probe)
        for profile in profiles
        for rule in profile.detect
        if (length := _fit(rule, sys_object_id, sys_descr)) is not None
    )
    candidates: list[Candidate] = []
    for *_, name, probe in ranked:
        candidates.append(Candidate(name, probe))
        if probe is None:
            return Detection(tuple(candidates))
    return Detection((*candidates, Candidate(GENERIC)))


def _fit(rule: DetectionRule, sys_object_id: str, sys_descr: str) -> int | None:
    """Sub-identifiers of the longest prefix that fits (0 if none is asked for), else None."""
    if rule.sys_descr is not None and re.search(rule.sys_descr, sys_descr) is None:
        return None
    if not rule.sys_object_id:
        return 0
    lengths = [
        prefix.count(".") + 1
        for prefix in rule.sys_object_id
        if f"{sys_object_id}.".startswith(f"{prefix}.")
    ]
    return max(lengths, default=None)
