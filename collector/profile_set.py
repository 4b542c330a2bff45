"""All profiles of an installation, loaded and checked against the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from collector.profile import Profile
from collector.profile_detection import Detection
from omc.core.catalogue import Catalogue


class ProfileSet:
    """Profiles by name. A later folder's profile replaces an earlier one of the same name."""

    @classmethod
    def load(cls, folders: Sequence[Path], catalogue: Catalogue) -> ProfileSet:
        """Read every `*.yaml` of the folders.

        Raises:
            ConfigurationError: with every problem of every file.
        """
        raise NotImplementedError

    @property
    def names(self) -> tuple[str, ...]:
        """Names in alphabetical order."""
        raise NotImplementedError

    def get(self, name: str) -> Profile:
        """The profile of that name.

        Raises:
            KeyError: no such profile.
        """
        raise NotImplementedError

    def detect(self, sys_object_id: str, sys_descr: str) -> Detection:
        """Profiles that may fit a device, the `generic` one last.

        Args:
            sys_object_id: SNMPv2-MIB::sysObjectID, with or without leading dot; "" if missing.
            sys_descr: SNMPv2-MIB::sysDescr; "" if missing.
        """
        raise NotImplementedError

    def resolve(self, name: str) -> tuple[Profile, ...]:
        """A profile and everything it extends, nearest first, each once: for `compile_plan`.

        Raises:
            KeyError: no such profile.
        """
        raise NotImplementedError
