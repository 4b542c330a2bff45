"""A measurement file as base stations write it: 3GPP TS 32.435, in either of its two forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from xml.sax.saxutils import escape, quoteattr

from omc.simulator.rhythm import LOCAL_OFFSET

_NAMESPACE = "http://www.3gpp.org/ftp/specs/archive/32_series/32.435#measCollec"
_ZONE = timezone(timedelta(seconds=LOCAL_OFFSET))


@dataclass(frozen=True, slots=True)
class Group:
    """Measurements of the same counters at several objects: a measInfo.

    Attributes:
        name: measInfoId.
        counters: Names, in the order of the values.
        objects: measObjLdn -> values.
    """

    name: str
    counters: Sequence[str]
    objects: Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Document:
    """One file.

    Attributes:
        vendor: vendorName.
        element: Name of the managed element.
        begin: Of the granularity period, Unix seconds.
        end: Of the granularity period, Unix seconds.
        groups: What was measured.
        positioned: Values carry the position of their counter (`r p="1"`); else they are lists.
    """

    vendor: str
    element: str
    begin: float
    end: float
    groups: Sequence[Group]
    positioned: bool

    @property
    def file_name(self) -> str:
        """As TS 32.432 wants it: type A, begin and end in local time, the element."""
        begin, end = (datetime.fromtimestamp(t, _ZONE) for t in (self.begin, self.end))
        return f"A{begin:%Y%m%d.%H%M%z}-{end:%H%M%z}_{self.element}.xml.gz"

    def lines(self) -> Iterator[str]:
        """The text, line by line."""
        begin, end = (datetime.fromtimestamp(t, _ZONE).isoformat() for t in (self.begin, self.end))
        duration = f"PT{round(self.end - self.begin)}S"
        element = quoteattr(f"ManagedElement={self.element}")
        yield '<?xml version="1.0" encoding="UTF-8"?>'
        yield f'<measCollecFile xmlns="{_NAMESPACE}">'
        yield f'<fileHeader fileFormatVersion="32.435 V10.0" vendorName={quoteattr(self.vendor)}>'
        yield f'<fileSender localDn={element}/><measCollec beginTime="{begin}"/></fileHeader>'
        yield "<measData>"
        yield f"<managedElement localDn={element} userLabel={quoteattr(self.element)}/>"
        for group in self.groups:
            yield f"<measInfo measInfoId={quoteattr(group.name)}>"
            yield f'<granPeriod duration="{duration}" endTime="{end}"/>'
            yield f'<repPeriod duration="{duration}"/>'
            yield from self._positioned(group) if self.positioned else self._listed(group)
            yield "</measInfo>"
        yield f'</measData><fileFooter><measCollec endTime="{end}"/></fileFooter></measCollecFile>'

    def _positioned(self, group: Group) -> Iterator[str]:
        for place, counter in enumerate(group.counters, start=1):
            yield f'<measType p="{place}">{escape(counter)}</measType>'
        for name, values in group.objects.items():
            results = "".join(f'<r p="{p}">{v}</r>' for p, v in enumerate(values, start=1))
            yield f"<measValue measObjLdn={quoteattr(name)}>{results}</measValue>"

    def _listed(self, group: Group) -> Iterator[str]:
        yield f"<measTypes>{escape(' '.join(group.counters))}</measTypes>"
        for name, values in group.objects.items():
            results = " ".join(map(str, values))
            yield f"<measValue measObjLdn={quoteattr(name)}>"
            yield f"<measResults>{results}</measResults></measValue>"
