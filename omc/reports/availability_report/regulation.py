"""Quality indicators of Vietnam's regulations, and what data of the network can say of them.

QCVN 81:2019/BTTTT (Circular 09/2019/TT-BTTTT, in force since 2020-03-01: internet access over
WCDMA, LTE and LTE-A) and QCVN 126:2021/BTTTT (Circular 07/2021/TT-BTTTT, since 2022-07-01: 5G) have
the same technical clauses. Their technical indicators are determined by measuring samples with a
terminal in the field; counters of the network show the same thing from the other side, and prove
nothing to a regulator. `docs/reports.md` says what each limit was checked against; where none could
be checked it is left open, and the text of the regulation counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from omc.core.metric import Text
from omc.history.reader import History
from omc.reports.document import Column, Language, Period, Table, Value
from omc.reports.value_text import number_text

_QCVN_81 = "QCVN 81:2019/BTTTT"
_QCVN_126 = "QCVN 126:2021/BTTTT"

_AVAILABILITY = Text(en="Availability of the radio network", vi="Độ sẵn sàng của mạng vô tuyến")
_ACCESS = Text(en="Unsuccessful service access", vi="Tỷ lệ truy nhập không thành công dịch vụ")
_DELAY = Text(en="Mean delay of service access", vi="Thời gian trễ trung bình truy nhập dịch vụ")
_DROPPED = Text(en="Dropped data transfers", vi="Tỷ lệ truyền tải dữ liệu bị rơi")
_DOWNLOAD = Text(en="Mean download speed", vi="Tốc độ tải xuống trung bình")
_UPLOAD = Text(en="Mean upload speed", vi="Tốc độ tải lên trung bình")
_FAST_ENOUGH = Text(
    en="Samples with at least 30 Mbit/s down", vi="Tỷ lệ mẫu có tốc độ tải xuống từ 30 Mbit/s"
)
_DECLARED_LEAST = Text(
    en="Samples with at least the declared minimum down (Vdmin)",
    vi="Tỷ lệ mẫu có tốc độ tải xuống từ mức tối thiểu công bố (Vdmin)",
)
_COMPLAINTS = Text(
    en="Customers' complaints on quality", vi="Khiếu nại của khách hàng về chất lượng dịch vụ"
)
_REPLIES = Text(en="Replies to complaints", vi="Hồi âm khiếu nại của khách hàng")
_SUPPORT = Text(en="Customer support", vi="Dịch vụ trợ giúp khách hàng")

_DRIVE_ONLY = Text(en="drive tests only", vi="chỉ đo kiểm hiện trường")
_INDICATION = Text(
    en="drive tests; counters as an indication", vi="đo kiểm hiện trường; số đếm mạng để tham khảo"
)
_SERVICE_DESK = Text(en="records of the service desk", vi="hồ sơ chăm sóc khách hàng")

_SIGNAL = Text(
    en="Share of outdoor samples with enough signal. It is no availability of cells; the coverage "
    "report predicts it.",
    vi="Tỷ lệ mẫu đo ngoài trời đủ mức thu, không phải độ khả dụng của cell; báo cáo vùng phủ có "
    "giá trị dự đoán.",
)


@dataclass(frozen=True, slots=True)
class _Indicator:
    """One row.

    Attributes:
        regulation: Which.
        clause: Of it.
        name: Of the indicator.
        limit: As written, with an asterisk where it is known from publications about the
            regulation and not from its text; None where it could not be checked at all.
        known_by: Who can tell.
        metric: Of the network's own view; None where it has none.
        direction: Label of the metric.
        complement: The metric is the share that succeeds, the indicator the share that fails.
    """

    regulation: str
    clause: str
    name: Text
    limit: Text | None
    known_by: Text
    metric: str | None = None
    direction: str | None = None
    complement: bool = False


def _always(limit: str) -> Text:
    """A limit that is written alike in both languages."""
    return Text(en=limit, vi=limit)


_DECLARED_DOWN = Text(en="≥ the operator's declared Vd *", vi="≥ mức nhà mạng công bố Vd *")
_DECLARED_UP = Text(en="≥ the operator's declared Vu *", vi="≥ mức nhà mạng công bố Vu *")
_AT_MOST_5_PERCENT = _always("≤ 5 % *")

_INDICATORS = (
    _Indicator(_QCVN_81, "2.1.1", _AVAILABILITY, _always("≥ 95 %"), _DRIVE_ONLY),
    _Indicator(
        *(_QCVN_81, "2.1.2", _ACCESS, _AT_MOST_5_PERCENT, _INDICATION),
        metric="lte_accessibility_ratio",
        complement=True,
    ),
    _Indicator(_QCVN_81, "2.1.3", _DELAY, _always("≤ 5 s (LTE) *"), _DRIVE_ONLY),
    _Indicator(_QCVN_81, "2.1.4", _DROPPED, None, _INDICATION, "lte_erab_drop_ratio"),
    _Indicator(
        *(_QCVN_81, "2.1.5", _DOWNLOAD, _DECLARED_DOWN, _INDICATION),
        metric="lte_ue_throughput_bits_per_second",
        direction="dl",
    ),
    _Indicator(
        *(_QCVN_81, "2.1.5", _UPLOAD, _DECLARED_UP, _INDICATION),
        metric="lte_ue_throughput_bits_per_second",
        direction="ul",
    ),
    _Indicator(_QCVN_81, "2.1.5", _DECLARED_LEAST, None, _DRIVE_ONLY),
    _Indicator(_QCVN_81, "2.2.1", _COMPLAINTS, None, _SERVICE_DESK),
    _Indicator(_QCVN_81, "2.2.2", _REPLIES, None, _SERVICE_DESK),
    _Indicator(_QCVN_81, "2.2.3", _SUPPORT, None, _SERVICE_DESK),
    _Indicator(_QCVN_126, "2.1.1", _AVAILABILITY, None, _DRIVE_ONLY),
    _Indicator(
        *(_QCVN_126, "2.1.2", _ACCESS, _AT_MOST_5_PERCENT, _INDICATION),
        metric="nr_accessibility_ratio",
        complement=True,
    ),
    _Indicator(_QCVN_126, "2.1.3", _DELAY, _always("≤ 50 ms *"), _DRIVE_ONLY),
    _Indicator(_QCVN_126, "2.1.4", _DROPPED, None, _INDICATION, "nr_qos_flow_drop_ratio"),
    _Indicator(
        *(_QCVN_126, "2.1.5", _DOWNLOAD, _always("≥ 100 Mbit/s *"), _INDICATION),
        metric="nr_ue_throughput_bits_per_second",
        direction="dl",
    ),
    _Indicator(
        *(_QCVN_126, "2.1.5", _UPLOAD, _always("≥ 30 Mbit/s *"), _INDICATION),
        metric="nr_ue_throughput_bits_per_second",
        direction="ul",
    ),
    _Indicator(_QCVN_126, "2.1.5", _FAST_ENOUGH, _always("≥ 95 % *"), _DRIVE_ONLY),
    _Indicator(_QCVN_126, "2.2.1", _SUPPORT, None, _SERVICE_DESK),
)


def regulation_table(history: History | None, period: Period, language: Language) -> Table:
    """All indicators, with what the network says in the period."""

    def said(en: str, vi: str) -> str:
        return vi if language == "vi" else en

    columns = (
        Column("regulation", said("Regulation", "Quy chuẩn")),
        Column("clause", said("Clause", "Mục")),
        Column("indicator", said("Indicator", "Chỉ tiêu")),
        Column("limit", said("Limit", "Mức quy định")),
        Column("network", said("From the network", "Theo số đếm mạng")),
        Column("metric", said("Metric", "Chỉ số")),
        Column("known_by", said("Determined by", "Xác định bằng")),
    )
    notes = [
        said(
            "Figures of the network are ratios of sums over all cells and the whole period; they "
            "are an indication and replace no measurement of the regulation.",
            "Giá trị theo số đếm mạng là tỷ số của các tổng trên mọi cell trong cả kỳ, chỉ để "
            "tham khảo, không thay thế đo kiểm theo quy chuẩn.",
        ),
        f"2.1.1: {_SIGNAL.of(language)}",
        said(
            "* Known from publications about the regulation. An empty limit could not be checked. "
            "In both cases the text of the regulation counts, and whatever amends it.",
            "* Theo tài liệu giới thiệu quy chuẩn. Mức để trống là chưa đối chiếu được. Cả hai "
            "trường hợp lấy theo văn bản quy chuẩn và các sửa đổi, bổ sung.",
        ),
    ]
    rows = list(_rows(history, period, language))
    title = said("Indicators of QCVN 81 and 126", "Chỉ tiêu QCVN 81 và 126")
    return Table("regulation", title, columns, rows, tuple(notes))


def _rows(
    history: History | None, period: Period, language: Language
) -> Iterator[tuple[Value, ...]]:
    for one in _INDICATORS:
        yield (
            one.regulation,
            one.clause,
            one.name.of(language),
            None if one.limit is None else one.limit.of(language),
            _measured(history, one, period, language),
            one.metric,
            one.known_by.of(language),
        )


def _measured(
    history: History | None, one: _Indicator, period: Period, language: Language
) -> str | None:
    """What the network says, with its unit; None where nothing was collected."""
    if history is None or one.metric is None:
        return None
    where = {"direction": one.direction} if one.direction else {}
    table = history.values(one.metric, period.start_ms, period.end_ms, None, [], where)
    if not len(table):
        return None
    value = float(table.column("value")[0].as_py())
    if one.metric.endswith("bits_per_second"):
        return f"{number_text(value / 1e6, 1, language)} Mbit/s"
    share = 1 - value if one.complement else value
    return f"{number_text(share * 100, 3, language)} %"
