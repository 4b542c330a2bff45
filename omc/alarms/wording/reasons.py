"""Why the service believes in a root cause, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from omc.alarms.life.alarm import Finding, Homes
from omc.core.metric import Text

_WORDS: Mapping[str, Text] = {
    "silent": Text(
        en="{} places asked and silent",
        vi="{} vị trí đã hỏi và không trả lời",
    ),
    "ports": Text(en="ports of the span without link: {}", vi="cổng của tuyến mất liên kết: {}"),
    "power_mains": Text(
        en="mains was there when last heard", vi="lần cuối liên lạc vẫn có điện lưới"
    ),
    "power_battery": Text(
        en="it was on battery when last heard", vi="lần cuối liên lạc đang chạy ắc quy"
    ),
    "power_nearly_empty": Text(
        en="its battery was nearly empty when last heard", vi="lần cuối liên lạc ắc quy sắp cạn"
    ),
    "olt_mains": Text(en="the OLT's site has mains", vi="trạm đặt OLT có điện lưới"),
    "olt_battery": Text(en="the OLT's site has no mains", vi="trạm đặt OLT mất điện lưới"),
    "pon_ports": Text(en="{} PON ports without light", vi="{} cổng PON mất quang"),
    "gasps": Text(
        en="{} of {} lost ONTs sent a dying gasp", vi="{}/{} ONT bị mất có gửi dying gasp"
    ),
    "no_gasps": Text(
        en="it is not known whether the lost ONTs sent a dying gasp",
        vi="chưa rõ các ONT bị mất có gửi dying gasp hay không",
    ),
    "light": Text(
        en="{} of {} receivers get {:.1f} dB less light than they used to",
        vi="{}/{} máy thu giảm {:.1f} dB so với trước",
    ),
    "commune": Text(
        en="{:.0%} of the commune's sites are without mains", vi="{:.0%} số trạm trong xã mất điện"
    ),
    "sure": Text(en="confidence {:.0%}", vi="độ tin cậy {:.0%}"),
    "else": Text(en="else: {}", vi="hoặc: {}"),
}
#: What else it could be: a fault of a PON, or a fault and where it is.
_FAULTS: Mapping[str, Text] = {
    "cut": Text(en="{} is cut", vi="đứt cáp {}"),
    "dark": Text(en="{} is without power or dead", vi="{} mất nguồn hoặc hỏng"),
    "dead": Text(en="only the devices of {} are silent", vi="chỉ thiết bị của {} không trả lời"),
    "feeder": Text(en="the feeder cable", vi="cáp gốc"),
    "branch": Text(en="a splitter or distribution cable", vi="bộ chia hoặc cáp phối"),
    "homes": Text(en="the mains of the homes", vi="mất điện khu dân cư"),
}


def reasons(finding: Finding, language: str) -> list[str]:
    """Observations that speak for a finding, how sure it is, and what else it could be."""
    if finding.fault == "mains":
        return list(_of_a_commune(finding, language))
    return [_WORDS[word].of(language).format(*values) for word, *values in _observed(finding)] + [
        _WORDS["sure"].of(language).format(finding.confidence),
        *_otherwise(finding, language),
    ]


def _of_a_commune(finding: Finding, language: str) -> Iterator[str]:
    yield _WORDS["commune"].of(language).format(finding.confidence)
    if finding.homes is not None and finding.homes.known:
        yield _WORDS["gasps"].of(language).format(finding.homes.gasps, finding.homes.known)


def _observed(finding: Finding) -> Iterator[tuple[str, *tuple[float, ...]]]:
    if finding.silent:
        yield "silent", finding.silent
    if finding.homes is not None:
        yield from _observed_of_homes(finding, finding.homes)
    else:
        if finding.ports_down:
            yield "ports", finding.ports_down
        if f"power_{finding.power}" in _WORDS:
            yield (f"power_{finding.power}",)
    if finding.light is not None:
        yield "light", finding.light.fallen, finding.light.receivers, finding.light.decibels


def _observed_of_homes(finding: Finding, homes: Homes) -> Iterator[tuple[str, *tuple[float, ...]]]:
    if finding.ports_down:
        yield "pon_ports", finding.ports_down
    if homes.known:
        yield "gasps", homes.gasps, homes.known
    elif homes.lost or finding.ports_down:
        yield ("no_gasps",)
    if f"olt_{finding.power}" in _WORDS:
        yield (f"olt_{finding.power}",)


def _otherwise(finding: Finding, language: str) -> list[str]:
    if not finding.second:
        return []
    faults = (_fault(part, language) for part in finding.second.split(" + "))
    return [_WORDS["else"].of(language).format(" + ".join(faults))]


def _fault(text: str, language: str) -> str:
    fault, _, where = text.partition(" ")
    return _FAULTS[fault].of(language).format(where) if fault in _FAULTS else text
