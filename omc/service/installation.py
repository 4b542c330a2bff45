"""Everything an installation is made of, read and checked as a whole before anything starts.

Nothing here touches the network. `omc check` does this and no more; `omc run` begins with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from collector.mqtt.mapping import MappingSet
from collector.mqtt.topic_template import TopicTemplate
from collector.pm.style import StyleSet
from collector.profiles.profile_set import ProfileSet
from collector.snmp.trap_declaration import TrapSet
from collector.ves.fields import TOPIC as VES_TOPIC
from omc.alarms import RuleSet
from omc.alarms.desk import AlarmWorld
from omc.core.catalogue import Catalogue
from omc.core.errors import ConfigurationError, Problem
from omc.core.inventory import Inventory
from omc.core.resources import config_folder
from omc.core.settings import Settings, Subscription, UserCredentials, load_settings
from omc.core.settings.notify import FileRoute
from omc.core.yaml_source import load_yaml, shown

T = TypeVar("T")

#: Profile of a node that is to be asked what it is.
AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Installation:
    """What was read.

    Attributes:
        path: Of `omc.yaml`.
        settings: What it says.
        inventory: What there is to watch.
        catalogue: All metrics.
        profiles: The shipped ones and those of the settings' folders.
        mappings: Of MQTT payloads, likewise.
        rules: Of alarms, likewise.
        traps: What is declared of traps, likewise.
        styles: Of measurement files, likewise.
    """

    path: Path
    settings: Settings
    inventory: Inventory
    catalogue: Catalogue
    profiles: ProfileSet
    mappings: MappingSet
    rules: RuleSet
    traps: TrapSet
    styles: StyleSet


def load_installation(path: Path, environment: Mapping[str, str]) -> Installation:
    """Read the settings and everything they lead to.

    Args:
        path: The settings, `omc.yaml`.
        environment: Environment variables, for secrets.

    Raises:
        ConfigurationError: with every problem of every file.
    """
    reading = _Reading()
    settings = reading.attempt(lambda: load_settings(path, environment))
    folder = settings.inventory if settings else _inventory_folder(path)
    inventory = reading.attempt(lambda: Inventory.load(folder)) if folder else None
    catalogue = reading.attempt(lambda: Catalogue.load(config_folder() / "metrics"))
    profiles = reading.attempt(lambda: _profiles(settings, catalogue)) if catalogue else None
    mappings = reading.attempt(lambda: _mappings(settings, catalogue)) if catalogue else None
    rules = reading.attempt(lambda: _rules(settings, catalogue)) if catalogue else None
    traps = (
        reading.attempt(lambda: _traps(settings, rules, catalogue)) if rules and catalogue else None
    )
    styles = reading.attempt(lambda: _styles(settings, catalogue)) if catalogue else None
    if settings is not None:
        reading.problems.extend(_unfit_trap_users(path, settings))
        reading.problems.extend(_unfit_report_routes(path, settings))
    if settings is not None and inventory is not None:
        reading.problems.extend(_unknown_core(path, settings, inventory))
        reading.problems.extend(_unknown_credentials(settings, inventory))
    if inventory is not None and profiles is not None:
        reading.problems.extend(_unknown_profiles(inventory, profiles))
    if settings is not None and mappings is not None:
        reading.problems.extend(_unfit_mappings(path, settings, mappings))
    if not (settings and inventory and catalogue and profiles and mappings and rules and traps):
        raise ConfigurationError(reading.problems)
    if reading.problems or not styles:
        raise ConfigurationError(reading.problems)
    return Installation(
        path, settings, inventory, catalogue, profiles, mappings, rules, traps, styles
    )


def alarm_world(installation: Installation) -> AlarmWorld:
    """What alarms are about."""
    settings = installation.settings
    return AlarmWorld(
        installation.rules,
        installation.catalogue,
        installation.inventory,
        settings.timezone,
        settings.language,
        settings.data,
        settings.archive_folder if settings.archive.enabled else None,
    )


class _Reading:
    """Goes on after a fault, so that all faults are told together."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def attempt(self, load: Callable[[], T]) -> T | None:
        try:
            return load()
        except ConfigurationError as error:
            self.problems.extend(error.problems)
            return None


def _profiles(settings: Settings | None, catalogue: Catalogue) -> ProfileSet:
    own = settings.profiles if settings else ()
    return ProfileSet.load([config_folder() / "profiles", *own], catalogue)


def _mappings(settings: Settings | None, catalogue: Catalogue) -> MappingSet:
    own = settings.mappings if settings else ()
    shipped = [config_folder() / "mqtt", config_folder() / "ves"]
    return MappingSet.load([*shipped, *own], catalogue)


def _rules(settings: Settings | None, catalogue: Catalogue) -> RuleSet:
    own = settings.alarms.rules if settings else ()
    return RuleSet.load([config_folder() / "alarms", *own], catalogue)


def _traps(settings: Settings | None, rules: RuleSet, catalogue: Catalogue) -> TrapSet:
    own = settings.snmp.traps.declarations if settings and settings.snmp.traps else ()
    return TrapSet.load([config_folder() / "traps", *own], rules.told(catalogue))


def _styles(settings: Settings | None, catalogue: Catalogue) -> StyleSet:
    own = settings.pm.declarations if settings else ()
    return StyleSet.load([config_folder() / "pm", *own], catalogue)


def _inventory_folder(path: Path) -> Path | None:
    """Where the inventory lies, as far as settings that have faults can tell."""
    try:
        data = load_yaml(path).data
    except ConfigurationError:
        return None
    name = data.get("inventory") if isinstance(data, dict) else None
    folder = path.parent / name if isinstance(name, str) else None
    return folder if folder is not None and folder.is_dir() else None


def _unknown_credentials(settings: Settings, inventory: Inventory) -> Iterator[Problem]:
    for node in inventory.nodes.values():
        if node.credentials is not None and node.credentials not in settings.credentials:
            known = ", ".join(sorted(settings.credentials)) or "none"
            text = f"found {shown(node.credentials)}; the settings have: {known}"
            yield inventory.problem(node.name, "credentials", text)


def _unfit_trap_users(path: Path, settings: Settings) -> Iterator[Problem]:
    """Names of no v3 credentials, and two credentials of one user: a trap names only the user."""
    traps = settings.snmp.traps
    by_user: dict[str, str] = {}
    for index, name in enumerate(traps.users if traps else ()):
        place = ("snmp", "traps", "users", index)
        credentials = settings.credentials.get(name)
        if not isinstance(credentials, UserCredentials):
            text = f"users: found {shown(name)}; there are no version 3 credentials of that name"
            yield load_yaml(path).problem(place, text)
            continue
        other = by_user.setdefault(credentials.user, name)
        if other != name:
            text = f"users: {name} and {other} are the same user {shown(credentials.user)}"
            yield load_yaml(path).problem(place, text)


def _unknown_core(path: Path, settings: Settings, inventory: Inventory) -> Iterator[Problem]:
    for index, place in enumerate(settings.alarms.core):
        if place not in inventory.sites and place not in inventory.nodes:
            text = f"core: found {shown(place)}; there is no site and no node of that name"
            yield load_yaml(path).problem(("alarms", "core", index), text)


def _unfit_report_routes(path: Path, settings: Settings) -> Iterator[Problem]:
    """Reports are sent by mail or through Apprise: the other ways carry no files."""
    fit = [route.name for route in settings.alarms.routes if isinstance(route, FileRoute)]
    for index, report in enumerate(settings.reports.schedule):
        for place, name in enumerate(report.send_to):
            if name not in fit:
                allowed = ", ".join(fit) or "there is none"
                text = f"send_to: found {shown(name)}; routes via mail or apprise: {allowed}"
                where = ("reports", "schedule", index, "send_to", place)
                yield load_yaml(path).problem(where, text)


def _unknown_profiles(inventory: Inventory, profiles: ProfileSet) -> Iterator[Problem]:
    known = {AUTO, *profiles.names}
    for node in inventory.nodes.values():
        if node.profile not in known:
            allowed = f"{AUTO}, {', '.join(profiles.names)}"
            text = f"found {shown(node.profile)}; allowed: {allowed}"
            yield inventory.problem(node.name, "profile", text)


def _unfit_mappings(path: Path, settings: Settings, mappings: MappingSet) -> Iterator[Problem]:
    """Mappings that do not exist, and topics that do not name what their mapping needs."""
    file = load_yaml(path)
    for broker_index, broker in enumerate(settings.mqtt):
        for index, subscription in enumerate(broker.subscriptions):
            fault = _fault_with(subscription, mappings)
            if fault is not None:
                place = ("mqtt", broker_index, "subscriptions", index, fault[0])
                yield file.problem(place, f"{fault[0]}: {fault[1]}")
    if settings.ves is not None:
        unfit = _unfit_for_ves(settings.ves.mapping, mappings)
        if unfit is not None:
            yield file.problem(("ves", "mapping"), f"mapping: {unfit}")


def _unfit_for_ves(name: str, mappings: MappingSet) -> str | None:
    """Why a mapping cannot read VES measurements; None if it can."""
    if name not in mappings:
        return f"found {shown(name)}; allowed: {', '.join(mappings.names)}"
    mapping = mappings[name]
    if mapping.payload != "json" or mapping.kind != "telemetry":
        return f"{name} is not for documents with readings"
    return mapping.fault_with(TopicTemplate.parse(VES_TOPIC))


def _fault_with(subscription: Subscription, mappings: MappingSet) -> tuple[str, str] | None:
    """The key that is wrong, and why; None if the two fit."""
    if subscription.mapping not in mappings:
        known = ", ".join(mappings.names) or "none"
        return "mapping", f"found {shown(subscription.mapping)}; allowed: {known}"
    try:
        template = TopicTemplate.parse(subscription.topic)
    except ValueError as error:
        return "topic", str(error)
    mapping = mappings[subscription.mapping]
    if mapping.is_sparkplug and subscription.share is not None:
        return "share", "sequence numbers need all messages of an edge node: leave it out"
    unfit = mapping.fault_with(template)
    return None if unfit is None else ("topic", unfit)
