"""Measurement documents for tests, in the forms that there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

END = "2026-11-24T07:15:00+07:00"
END_MS = 1_795_479_300_000

Values = Mapping[str, Sequence[str]]


def collec_file(
    objects: Values,
    counters: Sequence[str],
    *,
    vendor: str = "Any",
    element: str = "ENB1",
    end: str = END,
    suspect: bool = False,
) -> str:
    """TS 32.435 with `r` elements: object -> values in the order of the counters."""
    types = "".join(f'<measType p="{p}">{name}</measType>' for p, name in enumerate(counters, 1))
    mark = "<suspect>true</suspect>" if suspect else ""
    values = "".join(
        f'<measValue measObjLdn="{name}">'
        + "".join(f'<r p="{p}">{text}</r>' for p, text in enumerate(texts, 1))
        + f"{mark}</measValue>"
        for name, texts in objects.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<measCollecFile xmlns="http://www.3gpp.org/ftp/specs/archive/32_series/32.435#measCollec">'
        f'<fileHeader fileFormatVersion="32.435 V10.0" vendorName="{vendor}" dnPrefix="DC=vn">'
        '<fileSender localDn="OSS=1"/><measCollec beginTime="2026-11-24T07:00:00+07:00"/>'
        "</fileHeader>\n<measData>"
        f'<managedElement localDn="ManagedElement={element}" userLabel="{element}"/>'
        f'<measInfo measInfoId="1"><granPeriod duration="PT900S" endTime="{end}"/>'
        f"{types}\n{values}\n</measInfo></measData>"
        f'<fileFooter><measCollec endTime="{end}"/></fileFooter></measCollecFile>\n'
    )
