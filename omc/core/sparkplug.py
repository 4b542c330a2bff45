"""Sparkplug B 3.0: the words that those who publish it and those who read it have in common.

Field numbers and datatypes are those of Sparkplug 3.0.0, 6.4 (Protocol Buffers, proto2). What no
reader here needs (metadata, template parameters, body) is left out: protobuf skips it.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

#: The first level of every topic (4.1.1).
NAMESPACE = "spBv1.0"
#: Boolean metric of every edge node: true in a command asks for its births anew (5.17).
REBIRTH = "Node Control/Rebirth"
#: Metric of NBIRTH and NDEATH by which a death finds its birth (6.4).
BD_SEQ = "bdSeq"
#: Message sequence numbers run from 0 to one less than this (6.4).
SEQUENCE_NUMBERS = 256


class DataType(IntEnum):
    """What a metric's value is (6.4.16)."""

    UNKNOWN = 0
    INT8 = 1
    INT16 = 2
    INT32 = 3
    INT64 = 4
    UINT8 = 5
    UINT16 = 6
    UINT32 = 7
    UINT64 = 8
    FLOAT = 9
    DOUBLE = 10
    BOOLEAN = 11
    STRING = 12
    DATE_TIME = 13
    TEXT = 14
    UUID = 15
    DATA_SET = 16
    BYTES = 17
    FILE = 18
    TEMPLATE = 19
    PROPERTY_SET = 20
    PROPERTY_SET_LIST = 21
    INT8_ARRAY = 22
    INT16_ARRAY = 23
    INT32_ARRAY = 24
    INT64_ARRAY = 25
    UINT8_ARRAY = 26
    UINT16_ARRAY = 27
    UINT32_ARRAY = 28
    UINT64_ARRAY = 29
    FLOAT_ARRAY = 30
    DOUBLE_ARRAY = 31
    BOOLEAN_ARRAY = 32
    STRING_ARRAY = 33
    DATE_TIME_ARRAY = 34


_Field = descriptor_pb2.FieldDescriptorProto
_TYPES = {
    "uint32": _Field.TYPE_UINT32,
    "uint64": _Field.TYPE_UINT64,
    "float": _Field.TYPE_FLOAT,
    "double": _Field.TYPE_DOUBLE,
    "bool": _Field.TYPE_BOOL,
    "string": _Field.TYPE_STRING,
    "bytes": _Field.TYPE_BYTES,
}
#: The fields that hold a value in several messages, from a first number on.
_SCALARS = "int:uint32 long:uint64 float:float double:double boolean:bool string:string"

#: Message: its fields as number, name and type, "*" in front where it is repeated.
_MESSAGES = {
    "PropertySet": [(1, "keys", "*string"), (2, "values", "*PropertyValue")],
    "PropertyValue": [(1, "type", "uint32"), (2, "is_null", "bool"), (3, _SCALARS, "")],
    "DataSetValue": [(1, _SCALARS, "")],
    "Row": [(1, "elements", "*DataSetValue")],
    "DataSet": [
        (1, "num_of_columns", "uint64"),
        (2, "columns", "*string"),
        (3, "types", "*uint32"),
        (4, "rows", "*Row"),
    ],
    "Template": [
        (1, "version", "string"),
        (2, "metrics", "*Metric"),
        (4, "template_ref", "string"),
        (5, "is_definition", "bool"),
    ],
    "Metric": [
        (1, "name", "string"),
        (2, "alias", "uint64"),
        (3, "timestamp", "uint64"),
        (4, "datatype", "uint32"),
        (5, "is_historical", "bool"),
        (6, "is_transient", "bool"),
        (7, "is_null", "bool"),
        (9, "properties", "PropertySet"),
        (10, f"{_SCALARS} bytes:bytes dataset:DataSet template:Template", ""),
    ],
    "Payload": [
        (1, "timestamp", "uint64"),
        (2, "metrics", "*Metric"),
        (3, "seq", "uint64"),
        (4, "uuid", "string"),
    ],
}


def _payload_class() -> Any:
    file = descriptor_pb2.FileDescriptorProto(
        name="sparkplug.proto", package="omc.sparkplug", syntax="proto2"
    )
    for name, rows in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for number, field, kind in rows:
            if kind:
                _add(message, number, field, kind)
                continue
            message.oneof_decl.add(name="value")
            for place, one in enumerate(field.split()):
                what, kind_of_value = one.split(":")
                added = _add(message, number + place, f"{what}_value", kind_of_value)
                added.oneof_index = 0
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("omc.sparkplug.Payload"))


def _add(message: Any, number: int, name: str, kind: str) -> Any:
    added = message.field.add(name=name, number=number)
    added.label = _Field.LABEL_REPEATED if kind.startswith("*") else _Field.LABEL_OPTIONAL
    kind = kind.removeprefix("*")
    added.type = _TYPES.get(kind, _Field.TYPE_MESSAGE)
    if kind not in _TYPES:
        added.type_name = f".omc.sparkplug.{kind}"
    return added


#: A message of any topic but STATE. A metric's value stands in one field of its oneof `value`.
Payload = _payload_class()
