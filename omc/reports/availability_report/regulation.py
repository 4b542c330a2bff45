"""Quality indicators of Vietnam's regulations, and what data of the network can say of them.

QCVN 81:2019/BTTTT (Circular 09/2019/TT-BTTTT: internet access over WCDMA, LTE and LTE-A) and
QCVN 126:2021/BTTTT (Circular 07/2021/TT-BTTTT: 5G) have the same clauses. Their technical
indicators are determined by measuring samples with a terminal in the field; counters of the network
show the same thing from the other side, and prove nothing to a regulator. Limits are given where
they are known to us; for the others the text of the regulation counts.
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
_SLOW = Text(
    en="Samples with at least 30 Mbit/s down", vi="Tỷ lệ mẫu có tốc độ tải xuống từ 30 Mbit/s"
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
        limit: As written; "" where it is not known to us.
        known_by: Who can tell.
        metric: Of the network's own view; None where it has none.
        direction: Label of the metric.
        complement: The metric is the share that succeeds, the indicator the share that fails.
    """

    regulation: str
    clause: str
    name: Text
    limit: str
    known_by: Text
    metric: str | None = None
    direction: str | None = None
    complement: bool = False


_INDICATORS = (
    _Indicator(_QCVN_81, "2.1.1", _AVAILABILITY, "≥ 95 %", _DRIVE_ONLY),
    _Indicator(
        *(_QCVN_81, "2.1.2", _ACCESS, "≤ 5 %", _INDICATION, "lte_accessibility_ratio"),
        complement=True,
    ),
    _Indicator(_QCVN_81, "2.1.3", _DELAY, "≤ 5 s (LTE), ≤ 10 s (WCDMA)", _DRIVE_ONLY),
    _Indicator(_QCVN_81, "2.1.4", _DROPPED, "", _INDICATION, "lte_erab_drop_ratio"),
    _Indicator(
        *(_QCVN_81, "2.1.5", _DOWNLOAD, "", _INDICATION, "lte_ue_throughput_bits_per_second"),
        direction="dl",
    ),
    _Indicator(
        *(_QCVN_81, "2.1.5", _UPLOAD, "", _INDICATION, "lte_ue_throughput_bits_per_second"),
        direction="ul",
    ),
    _Indicator(_QCVN_81, "2.2.1", _COMPLAINTS, "", _SERVICE_DESK),
    _Indicator(_QCVN_81, "2.2.2", _REPLIES, "", _SERVICE_DESK),
    _Indicator(_QCVN_81, "2.2.3", _SUPPORT, "", _SERVICE_DESK),
    _Indicator(_QCVN_126, "2.1.1", _AVAILABILITY, "", _DRIVE_ONLY),
    _Indicator(
        *(_QCVN_126, "2.1.2", _ACCESS, "", _INDICATION, "nr_accessibility_ratio"), complement=True
    ),
    _Indicator(_QCVN_126, "2.1.3", _DELAY, "", _DRIVE_ONLY),
    _Indicator(_QCVN_126, "2.1.4", _DROPPED, "", _INDICATION, "nr_qos_flow_drop_ratio"),
    _Indicator(
        *(_QCVN_126, "2.1.5", _DOWNLOAD, "≥ 100 Mbit/s", _INDICATION),
        metric="nr_ue_throughput_bits_per_second",
        direction="dl",
    ),
    _Indicator(
        *(_QCVN_126, "2.1.5", _UPLOAD, "≥ 30 Mbit/s", _INDICATION),
        metric="nr_ue_throughput_bits_per_second",
        direction="ul",
    ),
    _Indicator(_QCVN_126, "2.1.5", _SLOW, "≥ 95 %", _DRIVE_ONLY),
    _Indicator(_QCVN_126, "2.2.1", _SUPPORT, "", _SERVICE_DESK),
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
            "An empty limit: see the text of the regulation.",
            "Mức quy định để trống: xem văn bản quy chuẩn.",
        ),
    ]
    rows = list(_rows(history, period, language))
    title = said("Indicators of QCVN 81 and QCVN 126", "Chỉ tiêu QCVN 81 và QCVN 126")
    return Table("regulation", title, columns, rows, tuple(notes))


def _rows(
    history: History | None, period: Period, language: Language
) -> Iterator[tuple[Value, ...]]:
    for one in _INDICATORS:
        yield (
            one.regulation,
            one.clause,
            one.name.of(language),
            one.limit or None,
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
