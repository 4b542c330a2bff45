"""One metric in words, in both languages: meaning, range, formula, and how it is combined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from omc.core.catalogue import Catalogue
from omc.core.metric import Aggregation, Metric, MetricKind, Text
from omc.core.quantity_text import unit_text

_AGGREGATION = {
    Aggregation.SUM: Text(en="add up", vi="cộng lại"),
    Aggregation.MEAN: Text(en="average", vi="lấy trung bình"),
    Aggregation.MIN: Text(en="the smallest counts", vi="lấy giá trị nhỏ nhất"),
    Aggregation.MAX: Text(en="the largest counts", vi="lấy giá trị lớn nhất"),
    Aggregation.LAST: Text(
        en="do not combine; the latest counts", vi="không gộp; lấy giá trị mới nhất"
    ),
    Aggregation.POWER_MEAN: Text(
        en="average in milliwatts, never the dBm values themselves",
        vi="lấy trung bình theo mW, không bao giờ trung bình trực tiếp giá trị dBm",
    ),
    Aggregation.WEIGHTED_MEAN: Text(
        en="average weighted by {parts}", vi="lấy trung bình có trọng số theo {parts}"
    ),
    Aggregation.RATIO: Text(
        en="add up numerators and denominators, then divide once; never average the ratio",
        vi="cộng các tử số và các mẫu số rồi chia một lần; không lấy trung bình của tỷ lệ",
    ),
    Aggregation.PRODUCT: Text(
        en="compute each factor over everything first, then multiply",
        vi="tính từng thừa số trên toàn bộ phạm vi trước, sau đó mới nhân",
    ),
}
_PERIOD_SUM = Text(
    en="a sum of the granularity period; add up periods, never rate()",
    vi="là tổng của một chu kỳ đo; cộng các chu kỳ, không dùng rate()",
)
_KIND = {
    MetricKind.COUNTER: Text(
        en="counter: only rises, use rate() or increase()",
        vi="bộ đếm: chỉ tăng, dùng rate() hoặc increase()",
    ),
    MetricKind.GAUGE: Text(en="gauge: goes up and down", vi="giá trị tức thời: tăng giảm tự do"),
    MetricKind.STATE: Text(en="state: a code with a text", vi="trạng thái: mã số kèm diễn giải"),
    MetricKind.INFO: Text(
        en="info: always 1, its labels tell", vi="thông tin: luôn bằng 1, nội dung nằm ở nhãn"
    ),
}
_EVIDENCE = {
    "standard": Text(en="defined by the standard", vi="theo tiêu chuẩn"),
    "practice": Text(
        en="practice of vendors and operators", vi="theo thực tế của hãng và nhà mạng"
    ),
    "engineering": Text(en="our own definition", vi="do chúng tôi tự định nghĩa"),
}
_UNIT_ONE = Text(en="none (number, ratio or code)", vi="không có (số đếm, tỷ lệ hoặc mã)")
_UNBOUNDED = Text(en="any value", vi="mọi giá trị")
_OVER_TIME = Text(en="over time", vi="theo thời gian")

_FIELDS = {
    "help": Text(en="Meaning", vi="Ý nghĩa"),
    "kind": Text(en="Kind", vi="Loại"),
    "unit": Text(en="Unit", vi="Đơn vị"),
    "labels": Text(en="Labels", vi="Nhãn"),
    "valid": Text(en="Valid range", vi="Khoảng hợp lệ"),
    "aggregation": Text(en="Combining", vi="Cách gộp"),
    "formula": Text(en="Formula", vi="Công thức"),
    "states": Text(en="States", vi="Trạng thái"),
    "source": Text(en="Source", vi="Nguồn định nghĩa"),
    "evidence": Text(en="Evidence", vi="Độ tin cậy"),
}


def field_title(field: str, language: str) -> str:
    """The heading of one field of an explanation."""
    return _FIELDS[field].of(language)


def aggregation_words(metric: Metric, language: str) -> str:
    """How values of the metric may be combined, over objects and over time."""
    parts = metric.weight or ""
    words = _AGGREGATION[metric.aggregation].of(language).format(parts=parts)
    if metric.period_sum:
        words += f"; {_PERIOD_SUM.of(language)}"
    if metric.over_time is not metric.aggregation:
        words += f"; {_OVER_TIME.of(language)}: {_AGGREGATION[metric.over_time].of(language)}"
    return words


def formula(metric: Metric) -> str:
    """What a derived metric is computed from, or an empty string."""
    if metric.factors:
        return " x ".join(metric.factors)
    if metric.ratio is None:
        return ""
    above, below = _added(metric.ratio.numerator), _added(metric.ratio.denominator)
    quotient = f"{above} / {below}"
    if metric.ratio.scale != 1:
        quotient = f"{metric.ratio.scale:g} x {quotient}"
    return f"1 - {quotient}" if metric.ratio.complement else quotient


def range_words(metric: Metric, language: str, unit: str | None = None) -> str:
    """The valid range with its unit: that of the catalogue, or as it is given."""
    low, high = metric.valid.min, metric.valid.max
    written = ("" if metric.unit == "1" else metric.unit) if unit is None else unit
    unit = f" {written}" if written else ""
    if low is not None and high is not None:
        return f"{low:.12g} … {high:.12g}{unit}"
    if low is not None:
        return f"≥ {low:.12g}{unit}"
    if high is not None:
        return f"≤ {high:.12g}{unit}"
    return _UNBOUNDED.of(language)


def explain(metric: Metric, catalogue: Catalogue, language: str) -> list[tuple[str, list[str]]]:
    """Everything about one metric: titles with their lines, in reading order."""
    fields = {
        "help": [metric.help.of(language)],
        "kind": [_KIND[metric.kind].of(language)],
        "unit": [_UNIT_ONE.of(language) if metric.unit == "1" else unit_text(metric.unit)],
        "labels": list(_label_lines(metric, catalogue, language)),
        "valid": [range_words(metric, language, unit_text(metric.unit))]
        if not metric.states
        else [],
        "aggregation": [aggregation_words(metric, language)],
        "formula": [formula(metric)] if metric.derived else [],
        "states": [
            f"{code} {state.name}: {state.text.of(language)} ({state.severity})"
            for code, state in metric.states.items()
        ],
        "source": [metric.source],
        "evidence": [_EVIDENCE[metric.evidence].of(language)],
    }
    return [(field_title(field, language), lines) for field, lines in fields.items() if lines]


def _added(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"({' + '.join(names)})"


def _label_lines(metric: Metric, catalogue: Catalogue, language: str) -> Iterator[str]:
    for label in metric.all_labels:
        meaning = catalogue.labels.get(label)
        yield f"{label}: {meaning.of(language)}" if meaning else label
