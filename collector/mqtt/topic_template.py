"""Topic layouts with named levels: `bts/v1/{site}/{device}/telemetry`.

A template is what a person writes in the settings. It gives the filter that is subscribed to and
takes the named levels out of a topic. A level is one of

    text        itself (a leading slash makes an empty first level, which is a level too)
    {name}      one level, named
    +           one level, not named
    #           all the rest, at the end only; its name is `rest`
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAMED_LEVEL = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_PLAIN_LEVEL = re.compile(r"[^{}+#\0]*")
_LONGEST_TOPIC = 65535  # octets: MQTT 5.0, 4.7.3

#: The name of what a `#` stands for.
REST = "rest"


@dataclass(frozen=True, slots=True)
class TopicTemplate:
    """A parsed template. Made by `parse` only.

    Attributes:
        text: As it was written.
        filter: The MQTT topic filter that covers it (MQTT 5.0, 4.7.1).
        names: The named levels, from left to right.
        pattern: What a topic must look like.
    """

    text: str
    filter: str
    names: tuple[str, ...]
    pattern: re.Pattern[str]

    @classmethod
    def parse(cls, text: str) -> TopicTemplate:
        """Read a template.

        Raises:
            ValueError: not a template; the text says what is wrong with which level.
        """
        if not text or len(text.encode()) > _LONGEST_TOPIC:
            raise ValueError("a topic has 1 to 65535 bytes")
        if text.startswith("$share/"):
            raise ValueError("write the topic without $share and set `share` to the group's name")
        levels = text.split("/")
        if "#" in levels[:-1]:
            raise ValueError("# may only stand at the end of a topic")
        names = [name for level in levels if (name := _name(level))]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"the name {{{name}}} stands in the topic twice")
        topic_filter = "/".join(
            "+" if _name(level) not in ("", REST) else level for level in levels
        )
        return cls(text, topic_filter, tuple(names), re.compile(_pattern(levels), re.DOTALL))

    def match(self, topic: str) -> dict[str, str] | None:
        """The named levels of a topic, or None when the topic is not of this layout."""
        found = self.pattern.fullmatch(topic)
        return None if found is None else found.groupdict("")


def _name(level: str) -> str:
    """The name of what a level stands for, "" if it has none; refuses what is no level."""
    named = _NAMED_LEVEL.fullmatch(level)
    if named:
        return named[1]
    if level != "+" and level != "#" and _PLAIN_LEVEL.fullmatch(level) is None:
        raise ValueError(
            f"{level!r} is no level of a topic: expected text, {{name}}, + or, at the end, #"
        )
    return REST if level == "#" else ""


def _pattern(levels: list[str]) -> str:
    if levels[-1] == "#":
        # The filter `a/#` covers the topic `a` itself (MQTT 5.0, 4.7.1.2).
        before = "/".join(_level_pattern(level) for level in levels[:-1])
        return f"{before}(?:/(?P<{REST}>.*))?" if len(levels) > 1 else f"(?P<{REST}>.*)"
    return "/".join(_level_pattern(level) for level in levels)


def _level_pattern(level: str) -> str:
    name = _name(level)
    if name:
        return f"(?P<{name}>[^/]+)"
    return "[^/]*" if level == "+" else re.escape(level)
