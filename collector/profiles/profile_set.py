"""All profiles of an installation, loaded and checked against the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from collector.profiles.check import ProfileChecker
from collector.profiles.detection import GENERIC, Detection, detect
from collector.profiles.profile import Profile
from omc.core.catalogue import Catalogue
from omc.core.errors import ConfigurationError, Problem
from omc.core.yaml_source import YamlFile, load_yaml, validate


class ProfileSet:
    """Profiles by name. A later folder's profile replaces an earlier one of the same name."""

    def __init__(self, profiles: Mapping[str, Profile]) -> None:
        self._profiles = dict(sorted(profiles.items()))

    @classmethod
    def load(cls, places: Sequence[Path], catalogue: Catalogue) -> ProfileSet:
        """Read every `*.yaml` of the places, which are folders or single files.

        Raises:
            ConfigurationError: with every problem of every file.
        """
        loaded: dict[str, tuple[YamlFile, Profile]] = {}
        problems: list[Problem] = []
        for path in (path for place in places for path in _files(place)):
            try:
                file = load_yaml(path)
                profile = validate(file, Profile)
            except ConfigurationError as error:
                problems.extend(error.problems)
                continue
            loaded[path.stem] = (file, profile)
            if profile.name != path.stem:
                text = f"the profile is called {profile.name!r}, so its file has to be, too"
                problems.append(file.problem(("name",), text))
        if not problems and GENERIC not in loaded:
            place = str(places[-1]) if places else "profiles"
            problems.append(Problem(place, 0, 0, f"the profile {GENERIC!r} is missing"))
        profiles = cls({name: profile for name, (_, profile) in loaded.items()})
        problems.extend(profiles._problems(loaded, catalogue, whole=not problems))
        if problems:
            raise ConfigurationError(problems)
        return profiles

    @property
    def names(self) -> tuple[str, ...]:
        """Names in alphabetical order."""
        return tuple(self._profiles)

    def get(self, name: str) -> Profile:
        """The profile of that name.

        Raises:
            KeyError: no such profile.
        """
        return self._profiles[name]

    def detect(self, sys_object_id: str, sys_descr: str) -> Detection:
        """Profiles that may fit a device, the `generic` one last.

        Args:
            sys_object_id: SNMPv2-MIB::sysObjectID, with or without leading dot; "" if missing.
            sys_descr: SNMPv2-MIB::sysDescr; "" if missing.
        """
        return detect(self._profiles.values(), sys_object_id, sys_descr)

    def resolve(self, name: str) -> tuple[Profile, ...]:
        """A profile and everything it extends, nearest first, each once: for `compile_plan`.

        Raises:
            KeyError: no such profile.
        """
        found = {name: self._profiles[name]}
        level = [self._profiles[name]]
        while level:
            names = [parent for profile in level for parent in profile.extends]
            level = [self._profiles[n] for n in dict.fromkeys(names) if n not in found]
            found.update((profile.name, profile) for profile in level)
        return tuple(found.values())

    def _problems(
        self, loaded: Mapping[str, tuple[YamlFile, Profile]], catalogue: Catalogue, *, whole: bool
    ) -> Iterator[Problem]:
        """Faults beyond the form; `whole` is False when some files could not be read at all."""
        for file, profile in loaded.values():
            unknown = [name for name in profile.extends if name not in self._profiles]
            for name in unknown if whole else ():
                text = f"there is no profile {name!r}; there are {', '.join(self.names)}"
                place = ("extends", profile.extends.index(name))
                yield file.problem(place, text)
            if not unknown and self._extends_only_known(profile):
                family = self.resolve(profile.name)
                yield from ProfileChecker(file, profile, family, catalogue).problems()

    def _extends_only_known(self, profile: Profile) -> bool:
        if profile.name not in self._profiles:
            return False
        try:
            self.resolve(profile.name)
        except KeyError:
            return False
        return True


def _files(place: Path) -> list[Path]:
    return [place] if place.is_file() else sorted(place.glob("*.yaml"))
