"""Reads a measurement file as it streams in: measCollecFile (TS 32.435), measDataFile (TS 28.532).

Expat hands over one element at a time and no tree is built, so memory does not grow with the file.
Prefixes and namespaces are passed over: they differ between versions and vendors, the names of the
elements do not. What a measurement file never has is refused at once: a DOCTYPE (and with it every
entity), nesting without end, elements without end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from xml.parsers import expat

from collector.pm.times import period_seconds, unix_ms
from omc.core.errors import Malformed

#: Root elements that are read.
ROOTS = ("measCollecFile", "measDataFile")

_DEEPEST = 24
_LONGEST_TAG = 1 << 20
_LONGEST_TEXT = 4 << 20
_MOST_NAMES = 1000
_MOST_COUNTERS = 100_000
_MOST_FAULTS = 20
_NIL = frozenset(("", "nil", "null", "-", "n/a"))


#: Is given the attributes.
_Start = Callable[[Mapping[str, str]], None]
_End = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Origin:
    """Who measured, as the file says; "" for what it does not.

    Attributes:
        vendor: Of the header.
        prefix: Distinguished name that local names continue (dnPrefix).
        sender: Local name or name of who wrote the file.
        element: Local name of the managed element.
        label: Its user label.
    """

    vendor: str = ""
    prefix: str = ""
    sender: str = ""
    element: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class MeasInfo:
    """What a group of measured objects has in common.

    Attributes:
        origin: Who measured.
        name: measInfoId; "" where there is none.
        counters: Names of the counters, in the order of the values.
        period: Seconds of the granularity period.
        end_ms: Its end, Unix milliseconds.
    """

    origin: Origin
    name: str
    counters: tuple[str, ...]
    period: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class MeasValue:
    """The values of one object.

    Attributes:
        info: Its group.
        object: Local name of the measured object (measObjLdn).
        values: As text, one a counter; None where there is no value.
        suspect: The node itself does not trust them.
    """

    info: MeasInfo
    object: str
    values: list[str | None]
    suspect: bool


class DocumentReader:
    """Reads one document.

    Args:
        name: Of the file, for errors.
        zone: Of times that do not name their offset.

    Attributes:
        faults: What could not be read of a document that went on, with its place; the first few.
        fault_count: How many there were.
        is_complete: The root element has ended.
    """

    def __init__(self, name: str, zone: tzinfo) -> None:
        self.faults: list[str] = []
        self.fault_count = 0
        self.is_complete = False
        self._name = name
        self._zone = zone
        self._ready: list[MeasValue] = []
        self._fed = 0
        self._depth = 0
        self._text: str | None = None
        self._handlers: dict[str, tuple[_Start | None, _End | None]] = {}
        self._origin = Origin()
        self._group = _Group()
        self._info: MeasInfo | None = None
        self._object = ""
        self._values: list[str | None] = []
        self._suspect = False
        self._place: int | None = None
        #: By name of the element, without prefix.
        self._starts: dict[str, _Start] = {
            "fileHeader": self._start_header,
            "fileSender": self._start_sender,
            "managedElement": self._start_element,
            "measEntity": self._start_element,
            "measInfo": self._start_group,
            "granPeriod": self._start_period,
            "measTypes": self._hear,
            "measType": self._start_type,
            "measValue": self._start_value,
            "measResults": self._hear,
            "r": self._start_result,
            "suspect": self._hear,
        }
        self._ends: dict[str, _End] = {
            "measTypes": self._end_types,
            "measType": self._end_type,
            "measValue": self._end_value,
            "measResults": self._end_results,
            "r": self._end_result,
            "suspect": self._end_suspect,
        }
        self._parser = self._new_parser()

    def _new_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        return parser

    def feed(self, data: bytes) -> list[MeasValue]:
        """Take in more of the document; the objects that it completes.

        Raises:
            Malformed: it cannot be read on. `take` has what came before.
        """
        self._parse(data)
        self._fed += len(data)
        if self._fed - self._parser.CurrentByteIndex > _LONGEST_TAG:
            raise self._malformed("a tag that is longer than 1 MiB")
        return self.take()

    def close(self) -> list[MeasValue]:
        """The document has no more bytes.

        Raises:
            Malformed: it should have.
        """
        if not self._fed:
            raise self._malformed("the file is empty")
        self._parse(b"", is_last=True)
        return self.take()

    def take(self) -> list[MeasValue]:
        """Objects that are complete and were not handed over yet."""
        ready, self._ready = self._ready, []
        return ready

    def _parse(self, data: bytes, *, is_last: bool = False) -> None:
        try:
            self._parser.Parse(data, is_last)
        except expat.ExpatError as error:
            raise self._malformed(_reason(error)) from None
        except (LookupError, ValueError) as error:  # our own handlers raise none of them
            text = (
                f"the encoding cannot be read: {error}. Write the file as UTF-8 and offer it again"
            )
            raise self._malformed(text) from None

    def _malformed(self, text: str) -> Malformed:
        return Malformed(self._placed(text), endpoint=self._name)

    def _placed(self, text: str) -> str:
        parser = self._parser
        return f"{self._name}:{parser.CurrentLineNumber}:{parser.CurrentColumnNumber + 1}: {text}"

    def _refuse_doctype(self, *_: object) -> None:
        raise self._malformed("a DOCTYPE: measurement files have none, and it can hide a bomb")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._malformed(f"elements nested deeper than {_DEEPEST}")
        handlers = self._handlers.get(name)
        if handlers is None:
            handlers = self._known(name)
        if handlers[0] is not None:
            handlers[0](attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        handler = self._handlers[name][1]
        if handler is not None:
            handler()
        self._text = None
        if self._depth == 0:
            self.is_complete = True

    def _known(self, name: str) -> tuple[_Start | None, _End | None]:
        """The handlers of an element that is met for the first time."""
        local = name.rpartition(":")[2]
        if self._depth == 1 and local not in ROOTS:
            raise self._malformed(
                f"the root element is {local[:40]}, expected {' or '.join(ROOTS)}"
            )
        if len(self._handlers) >= _MOST_NAMES:
            raise self._malformed(f"more than {_MOST_NAMES} names of elements")
        handlers = self._handlers[name] = (self._starts.get(local), self._ends.get(local))
        return handlers

    def _characters(self, data: str) -> None:
        if self._text is not None:
            self._text += data
            if len(self._text) > _LONGEST_TEXT:
                raise self._malformed("a text that is longer than 4 MiB")

    def _hear(self, _: Mapping[str, str]) -> None:
        self._text = ""

    # The header, and who measured.

    def _start_header(self, attributes: Mapping[str, str]) -> None:
        self._origin = Origin(attributes.get("vendorName", ""), attributes.get("dnPrefix", ""))

    def _start_sender(self, attributes: Mapping[str, str]) -> None:
        sender = attributes.get("localDn") or attributes.get("senderName", "")
        self._origin = Origin(self._origin.vendor, self._origin.prefix, sender)

    def _start_element(self, attributes: Mapping[str, str]) -> None:
        header = self._origin
        self._origin = Origin(
            header.vendor,
            header.prefix,
            header.sender,
            attributes.get("localDn", ""),
            attributes.get("userLabel", ""),
        )

    # A group of objects: its counters and its period.

    def _start_group(self, attributes: Mapping[str, str]) -> None:
        self._group = _Group(attributes.get("measInfoId", ""))
        self._info = None

    def _start_period(self, attributes: Mapping[str, str]) -> None:
        self._info = None
        try:
            self._group.period = period_seconds(attributes.get("duration", ""))
            self._group.end_ms = unix_ms(attributes.get("endTime", ""), self._zone)
        except ValueError as error:
            self._note(str(error))

    def _end_types(self) -> None:
        for name in (self._text or "").split():
            self._add_counter(str(len(self._group.counters) + 1), name)

    def _start_type(self, attributes: Mapping[str, str]) -> None:
        self._group.next_position = attributes.get("p", "")
        self._text = ""

    def _end_type(self) -> None:
        self._add_counter(self._group.next_position, (self._text or "").strip())

    def _add_counter(self, position: str, name: str) -> None:
        self._info = None
        self._group.positions[position] = len(self._group.counters)
        self._group.counters.append(name)
        if len(self._group.counters) > _MOST_COUNTERS:
            raise self._malformed(f"more than {_MOST_COUNTERS} counters in one measInfo")

    # One object and its values.

    def _start_value(self, attributes: Mapping[str, str]) -> None:
        self._object = attributes.get("measObjLdn", "")
        self._suspect = False
        if self._info is None:
            self._info = self._group.info(self._origin)
        self._values = [None] * len(self._group.counters)

    def _end_results(self) -> None:
        found = (self._text or "").split()
        if len(found) != len(self._group.counters):
            text = f"{len(found)} values for {len(self._group.counters)} counters of {self._object}"
            self._note(text)
            self._values = []
            return
        self._values = [None if value.lower() in _NIL else value for value in found]

    def _start_result(self, attributes: Mapping[str, str]) -> None:
        self._place = self._group.positions.get(attributes.get("p", ""))
        self._text = ""

    def _end_result(self) -> None:
        text = self._text
        if self._place is None or self._place >= len(self._values):
            self._note(f"a value without a counter of its position, of {self._object}")
        elif text:
            text = text.strip()
            if text.lower() not in _NIL:
                self._values[self._place] = text

    def _end_suspect(self) -> None:
        self._suspect = (self._text or "").strip().lower() in {"true", "1"}

    def _end_value(self) -> None:
        if self._info is None:
            self._note(f"no granularity period for {self._object}: it is left out")
        elif self._values:
            self._ready.append(MeasValue(self._info, self._object, self._values, self._suspect))
        self._values = []

    def _note(self, text: str) -> None:
        """Remember a fault that the rest of the document does not suffer from."""
        self.fault_count += 1
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(self._placed(text))


class _Group:
    """A measInfo while its parts come in."""

    __slots__ = ("counters", "end_ms", "name", "next_position", "period", "positions")

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.counters: list[str] = []
        self.positions: dict[str, int] = {}
        self.next_position = ""
        self.period = 0
        self.end_ms = 0

    def info(self, origin: Origin) -> MeasInfo | None:
        """What its objects share; None while there is no granularity period."""
        if not self.period or not self.end_ms:
            return None
        return MeasInfo(origin, self.name, tuple(self.counters), self.period, self.end_ms)


def _reason(error: expat.ExpatError) -> str:
    """Expat's words, with ours where they help."""
    words = expat.ErrorString(error.code)
    if error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]:
        return "the file ends before its first element"
    if error.code in (
        expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
        expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
    ):
        return f"the file ends too early ({words})"
    return words
