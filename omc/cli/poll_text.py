"""What `omc poll` says to people, in English and Vietnamese."""

from __future__ import annotations

from typing import Literal, NamedTuple

from omc.core.model import Quality

Language = Literal["en", "vi"]


class Phrase(NamedTuple):
    """One sentence in both languages; {names} are filled in."""

    en: str
    vi: str

    def of(self, language: Language, **values: object) -> str:
        """The sentence in one language."""
        return (self.vi if language == "vi" else self.en).format(**values)


# -- the table -------------------------------------------------------------------------------------

OBJECT = Phrase("object", "đối tượng")
METRIC = Phrase("metric", "chỉ số")
VALUE = Phrase("value", "giá trị")
OID = Phrase("oid", "oid")
FOOTER = Phrase(
    "{count} values with profile {profile} in {seconds:.2f} s",
    "{count} giá trị, mẫu thiết bị {profile}, trong {seconds:.2f} giây",
)
NO_VALUE = Phrase("; no value: {reasons}", "; không có giá trị: {reasons}")
#: Why readings were no sample, by their quality.
REASONS = {
    Quality.NOT_SUPPORTED: Phrase("not supported", "không hỗ trợ"),
    Quality.NO_LIGHT: Phrase("no light", "không có ánh sáng"),
    Quality.OFFLINE: Phrase("offline", "ngoại tuyến"),
    Quality.DISABLED: Phrase("disabled", "đã tắt"),
    Quality.INVALID: Phrase("invalid", "không hợp lệ"),
    Quality.OUT_OF_RANGE: Phrase("out of range", "ngoài khoảng hợp lệ"),
}
INCOMPLETE = Phrase("incomplete: {problem}", "chưa đọc hết: {problem}")

# -- failures --------------------------------------------------------------------------------------

SILENT = Phrase(
    "no answer from {endpoint}, waited {timeout:g} s for each request",
    "{endpoint} không trả lời, mỗi yêu cầu đã chờ {timeout:g} giây",
)
UNREADABLE = Phrase(
    "{endpoint} answers, but nothing that can be read as SNMP",
    "{endpoint} có trả lời, nhưng không đọc được theo SNMP",
)
CLOSED = Phrase("connection refused by {endpoint}", "{endpoint} từ chối kết nối")
UNKNOWN_NAME = Phrase(
    "the name {address!r} could not be resolved", "không phân giải được tên {address!r}"
)
TOO_LATE = Phrase(
    "not done within the --deadline of {deadline:g} s",
    "chưa xong trong thời hạn --deadline {deadline:g} giây",
)
UNREACHABLE = Phrase("{detail}", "không kết nối được: {detail}")
REFUSED = Phrase("{detail}", "thiết bị từ chối thông tin xác thực ({detail})")

# -- what to do about them -------------------------------------------------------------------------

IS_IT_UP = Phrase(
    "Is the device up, and does UDP port {port} reach it from here?",
    "Thiết bị có đang chạy không, và từ đây có tới được cổng UDP {port} của nó không?",
)
CHECK_COMMUNITY = Phrase(
    "A wrong community is met with silence: check --community.",
    "Sai community thì thiết bị không trả lời: hãy kiểm tra --community.",
)
TRY_VERSION_1 = Phrase(
    "Old devices speak version 1 only: try --snmp-version 1.",
    "Thiết bị cũ chỉ hỗ trợ phiên bản 1: hãy thử --snmp-version 1.",
)
CHECK_USER = Phrase(
    "Some agents meet an unknown --user or wrong keys with silence.",
    "Một số thiết bị không trả lời khi --user lạ hoặc khóa sai.",
)
LONGER_TIMEOUT = Phrase(
    "A slow device may need a longer --timeout.",
    "Thiết bị chậm có thể cần --timeout dài hơn.",
)
NOBODY_LISTENS = Phrase(
    "Nothing listens on UDP port {port} there: is the SNMP agent running, is the port right?",
    "Không có gì lắng nghe trên cổng UDP {port}: dịch vụ SNMP đã chạy chưa, số cổng có đúng không?",
)
CHECK_NAME = Phrase(
    "Check the spelling of the name, or give the IP address.",
    "Hãy kiểm tra lại tên, hoặc dùng địa chỉ IP.",
)
CHECK_PORT = Phrase(
    "Is it an SNMP agent that answers on UDP port {port}?",
    "Trên cổng UDP {port} có đúng là dịch vụ SNMP không?",
)
LONGER_DEADLINE = Phrase(
    "A large or slow device may need a longer --deadline.",
    "Thiết bị lớn hoặc chậm có thể cần --deadline dài hơn.",
)
CHECK_ROUTE = Phrase(
    "Is there a way to that address from here?",
    "Từ đây có đường mạng tới địa chỉ đó không?",
)
CHECK_KEYS = Phrase(
    "Check --user, --auth, --auth-key, --priv and --priv-key.",
    "Hãy kiểm tra --user, --auth, --auth-key, --priv và --priv-key.",
)

# -- wrong usage -----------------------------------------------------------------------------------

NOT_IPV6 = Phrase(
    "{endpoint!r} is no address: write [IPv6]:PORT",
    "{endpoint!r} không phải là địa chỉ: hãy viết [IPv6]:PORT",
)
NOT_AN_ENDPOINT = Phrase(
    "{endpoint!r} is no ADDRESS[:PORT] with a port from 1 to 65535",
    "{endpoint!r} không có dạng ADDRESS[:PORT] với cổng từ 1 đến 65535",
)
ONLY_VERSION_3 = Phrase(
    "--user, --auth and --priv are for version 3, not {version}",
    "--user, --auth và --priv chỉ dùng cho phiên bản 3, không dùng cho {version}",
)
NEEDS_USER = Phrase("version 3 needs --user", "phiên bản 3 cần --user")
PRIV_NEEDS_AUTH = Phrase(
    "privacy needs authentication: give --auth too", "mã hóa cần xác thực: hãy cho cả --auth"
)
NEEDS_KEY = Phrase(
    "{option} needs its password: give {option}-key or {variable}",
    "{option} cần mật khẩu: hãy cho {option}-key hoặc {variable}",
)
SHORT_KEY = Phrase("{option}-key needs at least 8 characters", "{option}-key cần ít nhất 8 ký tự")
NO_PROFILE = Phrase(
    "there is no profile {name!r}; `omc profile list` has them all",
    "không có mẫu thiết bị {name!r}; `omc profile list` liệt kê tất cả",
)
NEAR_PROFILE = Phrase(
    "there is no profile {name!r}; did you mean {near!r}?",
    "không có mẫu thiết bị {name!r}; có phải là {near!r}?",
)
