"""What a running simulator can be told: cut, fail the mains, silence, sleep, storm, heal."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from omc.core.clock import Clock
from omc.core.errors import OmcError
from omc.simulator.network import Span
from omc.simulator.seeds import stream
from omc.simulator.topology import TRANSPORT
from omc.simulator.world import World

_DEFAULT_OUTAGE = 20 * 60.0
_DEFAULT_BEND, _MOST_BENT = 3.0, 30.0
_DEFAULT_STORM = 10 * 60.0
_LONGEST = 7 * 86_400.0
#: Seconds between two changes of a commune's mains in a storm.
_FLAP = (20.0, 90.0)


class CommandRefused(OmcError):
    """The command makes no sense here; the text says why."""


Arguments = Mapping[str, Any]


class Commander:
    """Carries out commands on a world.

    Args:
        world: What is broken and mended.
        clock: When.
        status: Adds what others know to the answer of `status`.
    """

    def __init__(
        self, world: World, clock: Clock, status: Callable[[], Mapping[str, Any]] = dict
    ) -> None:
        self._world = world
        self._clock = clock
        self._status = status
        province = world.province
        self._spans = {span.code: span for span in province.spans}
        self._nodes = {node.name: node for node in province.nodes}
        self._cells = {cell.name: index for index, cell in enumerate(province.cells)}
        self._full_names = {c.facts.code: c.facts.full_name for c in province.communes}
        self._areas: dict[str, str] = {}
        for commune in province.communes:
            facts = commune.facts
            for name in (facts.code, facts.letters, facts.name, facts.full_name):
                self._areas.setdefault(_folded(name), facts.code)
        self._commands: dict[str, Callable[[Arguments], dict[str, Any]]] = {
            "cut": self._cut,
            "bend": self._bend,
            "mains": self._mains,
            "silence": self._silence,
            "sleep": self._sleep,
            "storm": self._storm,
            "heal": self._heal,
            "status": lambda arguments: self._tell(),
        }

    def run(self, do: str, arguments: Arguments) -> dict[str, Any]:
        """Carry out one command; the answer has a `text` for people.

        Raises:
            CommandRefused: unknown command or object.
        """
        command = self._commands.get(do)
        if command is None:
            raise CommandRefused(f"unknown command {do!r}; known: {', '.join(self._commands)}")
        answer = command(arguments)
        self._world.changed(self._now())
        return answer

    def _cut(self, arguments: Arguments) -> dict[str, Any]:
        span = self._spans.get(_text(arguments, "what"))
        if span is None:
            raise CommandRefused(f"there is no span {_text(arguments, 'what')!r}")
        silent = self._world.silent_nodes
        metres = self._cut_metres(span, arguments)
        self._world.faults.cut(span.index, self._now(), metres / span.metres)
        self._world.advance(self._now())
        lost = self._world.silent_nodes - silent
        if span.kind in TRANSPORT:
            effect = f"{lost} nodes fall silent" if lost else "only redundancy is lost"
        else:
            onts = sum(len(p.onts) for p in self._world.province.pons if p.index == span.pon)
            effect = f"{onts} ONTs lose their light"
        start = self._world.province.sites[span.a].code
        where = f"{metres:.0f} m of cable from {start}"
        return {"text": f"{span.code} is cut {where}: {effect}", "silenced": lost, "metres": metres}

    def _cut_metres(self, span: Span, arguments: Arguments) -> float:
        """Where along the cable it is cut; anywhere, if nobody says so."""
        chance = stream(self._world.province.seed, "cut", span.code, int(self._now()))
        metres = arguments.get("metres", span.metres * chance.uniform(0.05, 0.95))
        if isinstance(metres, bool) or not isinstance(metres, int | float):
            raise CommandRefused("expected 'metres': a number")
        if not 0 <= metres <= span.metres:
            raise CommandRefused(f"expected 'metres': 0 to {span.metres:.0f}")
        return round(float(metres), 1)

    def _bend(self, arguments: Arguments) -> dict[str, Any]:
        span = self._spans.get(_text(arguments, "what"))
        if span is None:
            raise CommandRefused(f"there is no span {_text(arguments, 'what')!r}")
        decibels = arguments.get("decibels", _DEFAULT_BEND)
        if isinstance(decibels, bool) or not isinstance(decibels, int | float):
            raise CommandRefused("expected 'decibels': a number")
        if not 0 < decibels <= _MOST_BENT:
            raise CommandRefused(f"expected 'decibels': more than 0, at most {_MOST_BENT:g}")
        self._world.faults.bend(span.index, float(decibels), self._now())
        return {"text": f"{span.code} is bent: {decibels:g} dB of light are lost"}

    def _mains(self, arguments: Arguments) -> dict[str, Any]:
        name = _text(arguments, "what")
        area = self._areas.get(_folded(name))
        if area is None:
            raise CommandRefused(f"there is no commune {name!r}")
        seconds = _seconds(arguments, _DEFAULT_OUTAGE)
        now = self._now()
        self._world.mains.inject(area, now, now + seconds)
        sites = [
            site
            for site in self._world.province.sites
            if self._world.province.communes[site.commune].facts.code == area
        ]
        where = f"no mains in {self._full_names[area]} for {seconds:.0f} s"
        return {"text": f"{where}: {len(sites)} sites on battery", "sites": len(sites)}

    def _silence(self, arguments: Arguments) -> dict[str, Any]:
        node = self._nodes.get(_text(arguments, "what"))
        if node is None:
            raise CommandRefused(f"there is no node {_text(arguments, 'what')!r}")
        self._world.faults.silence(node.index, self._now())
        return {"text": f"{node.name} answers no more"}

    def _sleep(self, arguments: Arguments) -> dict[str, Any]:
        name = _text(arguments, "what")
        cell = self._cells.get(name)
        if cell is None:
            raise CommandRefused(f"there is no cell {name!r}")
        self._world.faults.put_to_sleep(cell, self._now())
        return {"text": f"{name} sleeps: it says it is up and carries next to nothing"}

    def _storm(self, arguments: Arguments) -> dict[str, Any]:
        """Flap the mains of every commune, each in a rhythm of its own."""
        now, seconds = self._now(), _seconds(arguments, _DEFAULT_STORM)
        province = self._world.province
        failures = 0
        for commune in province.communes:
            chance = stream(province.seed, "storm", commune.facts.code, int(now))
            time = now + chance.uniform(0, _FLAP[1])
            while time < now + seconds:
                back = min(time + chance.uniform(*_FLAP), now + seconds)
                self._world.mains.inject(commune.facts.code, time, back)
                time = back + chance.uniform(*_FLAP)
                failures += 1
        return {"text": f"storm for {seconds:.0f} s: {failures} mains failures to come"}

    def _heal(self, arguments: Arguments) -> dict[str, Any]:
        self._world.faults.heal()
        self._world.mains.heal(self._now())
        return {"text": "everything is mended"}

    def _tell(self) -> dict[str, Any]:
        world, province = self._world, self._world.province
        return {
            "text": f"{len(province.sites)} sites, {len(province.nodes)} nodes",
            "seed": province.seed,
            "sites": len(province.sites),
            "nodes": len(province.nodes),
            "onts": province.ont_count,
            "silent_nodes": world.silent_nodes,
            "links_down": world.links.down,
            "cut": sorted(province.spans[span].code for span in world.faults.cuts),
            "bent": sorted(province.spans[span].code for span in world.faults.bends),
            "silenced": sorted(province.nodes[node].name for node in world.faults.silenced),
            "asleep": sorted(province.cells[cell].name for cell in world.faults.asleep),
            "mains_failed": world.mains.injected_at(self._now()),
            **self._status(),
        }

    def _now(self) -> float:
        return self._clock.time_ms() / 1000


def _folded(name: str) -> str:
    """A name without case, diacritics and double spaces: many type Vietnamese without them."""
    plain = unicodedata.normalize("NFD", name.casefold().replace("đ", "d"))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def _text(arguments: Arguments, name: str) -> str:
    value = arguments.get(name)
    if not isinstance(value, str) or not value:
        raise CommandRefused(f"expected {name!r}: a name")
    return value


def _seconds(arguments: Arguments, default: float) -> float:
    value = arguments.get("seconds", default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= _LONGEST:
        raise CommandRefused("expected 'seconds': a number up to a week")
    return float(value)
