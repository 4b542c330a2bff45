"""Why a message or a reading of it was not taken: the reasons that are counted."""

from __future__ import annotations

from enum import StrEnum

from omc.core.errors import Malformed


class Reason(StrEnum):
    """What was wrong. Constant words: they become label values of the service's own metrics."""

    # The whole message.
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    COMPRESSION = "compression"
    NOT_JSON = "not_json"
    TRAILING_GARBAGE = "trailing_garbage"
    RETAINED = "retained"
    INTERNAL = "internal_error"
    NOT_SPARKPLUG = "not_sparkplug"
    NO_BIRTH = "no_birth"
    LATE_DEATH = "late_death"
    OUT_OF_ORDER = "out_of_order"
    # One record of it.
    NO_RECORD = "no_record"
    IDENTITY_MISSING = "identity_missing"
    IDENTITY_INVALID = "identity_invalid"
    IDENTITY_MISMATCH = "identity_mismatch"
    UNKNOWN_SITE = "unknown_site"
    UNKNOWN_DEVICE = "unknown_device"
    TIME_UNREADABLE = "time_unreadable"
    TIME_WITHOUT_ZONE = "time_without_zone"
    TIME_FUTURE = "time_future"
    TIME_TOO_OLD = "time_too_old"
    # One reading of a record.
    MISSING = "missing"
    NOT_A_NUMBER = "not_a_number"
    WRONG_UNIT = "wrong_unit"
    UNKNOWN_STATE = "unknown_state"
    OUT_OF_RANGE = "out_of_range"
    BAD_QUALITY = "bad_quality"
    DUPLICATE_KEY = "duplicate_key"
    UNKNOWN_METRIC = "unknown_metric"
    UNKNOWN_LABEL = "unknown_label"
    LABEL_INVALID = "label_invalid"
    NO_PERIOD = "no_period"
    TOO_MANY_SERIES = "too_many_series"
    TRANSIENT = "transient"


class Rejected(Malformed):
    """One payload, record or reading could not be taken; the next one may be fine.

    Attributes:
        reason: What is counted.
    """

    def __init__(self, reason: Reason, text: str = "") -> None:
        super().__init__(text or reason.value)
        self.reason = reason
