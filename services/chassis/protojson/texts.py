"""The sentences of broken field rules, in Chinese and English; nothing but words."""

from typing import NamedTuple

from chassis.protojson.fields import Field
from chassis.violations import Violation


class Text(NamedTuple):
    """The predicate of a sentence whose subject is the field."""

    zh: str
    en: str


class RefusedError(Exception):
    """Raised by the reader of one value; the reader of the message collects it."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


REQUIRED = Text("必须填写", "is required")
BLANK = Text("不能为空白", "must not be blank")
NULL = Text("不能为 null，不填时应省略", "must not be null; leave it out instead")
UNKNOWN = Text("不是已知字段", "is not a known field")
UNKNOWN_PARAMETER = Text("不是已知参数", "is not a known parameter")
REPEATED_NAME = Text("在同一对象中出现了多次", "occurs more than once in its object")
REPEATED_PARAMETER = Text("只能给出一次", "can be given only once")
OUTPUT_ONLY = Text("由系统给出，请求中不能填写", "is set by the system and cannot be sent")
NUL = Text("不能含有空字符（U+0000）", "must not hold the character U+0000")
NOT_UNICODE = Text("不是有效的 Unicode 文本", "is not valid Unicode text")
NOT_OBJECT = Text("应为对象", "must be an object")
NOT_ARRAY = Text("应为数组", "must be an array")
NOT_STRING = Text("应为字符串", "must be a string")
NOT_BOOL = Text("应为 true 或 false", "must be true or false")
NOT_INTEGER = Text("应为整数", "must be an integer")
NOT_LONG = Text("应为写成字符串的整数", "must be an integer written as a string")
NOT_NUMBER = Text("应为数字", "must be a number")
NOT_BASE64 = Text("应为 Base64 编码", "must be base64")
NOT_TIMESTAMP = Text(
    "应为 RFC 3339 时间，例如 2026-09-01T08:00:00Z",
    "must be an RFC 3339 instant such as 2026-09-01T08:00:00Z",
)
NOT_DATE = Text("应为日期，例如 2026-09-01", "must be a day such as 2026-09-01")
NOT_UUID = Text("应为小写的标准 UUID", "must be a UUID in canonical lower-case form")
NOT_DECIMAL = Text(
    "应为十进制数，小数点前最多 18 位、后最多 4 位",
    "must be a decimal number with at most 18 digits before the point and 4 after it",
)
NOT_URI = Text("应为完整的 https 地址", "must be an absolute https address")
NOT_PERIOD = Text("应为 ISO 8601 时段，例如 P3M", "must be an ISO 8601 period such as P3M")
NOT_JSON_FIELD = Text("不能出现在请求中", "cannot be sent in a request")
NOT_UNIQUE = Text("不能有重复项", "must not hold equal items")
UNSPECIFIED = Text("必须选择一个值", "must name a value")


def not_enum(names: list[str]) -> Text:
    """Say which names an enum has."""
    listed = ", ".join(names)
    return Text(f"应为以下之一：{listed}", f"must be one of {listed}")


def too_short(least: int) -> Text:
    """Say how many characters are needed."""
    return Text(f"至少 {least} 个字符", f"must have at least {least} characters")


def too_long(most: int) -> Text:
    """Say how many characters are allowed."""
    return Text(f"最多 {most} 个字符", f"must have at most {most} characters")


def too_many_bytes(most: int) -> Text:
    """Say how many bytes are allowed."""
    return Text(f"最多 {most} 字节", f"must have at most {most} bytes")


def no_match(pattern: str) -> Text:
    """Say which pattern holds."""
    return Text(f"应符合格式 {pattern}", f"must match {pattern}")


def too_small(least: float) -> Text:
    """Say what the smallest number is."""
    return Text(f"不能小于 {least:g}", f"must be at least {least:g}")


def too_large(most: float) -> Text:
    """Say what the largest number is."""
    return Text(f"不能大于 {most:g}", f"must be at most {most:g}")


def too_few(least: int) -> Text:
    """Say how many items are needed."""
    return Text(f"至少 {least} 项", f"must have at least {least} items")


def too_many(most: int) -> Text:
    """Say how many items are allowed."""
    return Text(f"最多 {most} 项", f"must have at most {most} items")


def not_together(other: str) -> Text:
    """Say which field already speaks for the alternative."""
    return Text(f"不能与 {other} 同时填写", f"cannot be sent together with {other}")


def violation(path: str, field: Field, text: Text) -> Violation:
    """Make the two sentences about a field of the contract."""
    return Violation(path, f"{field.label}{text.zh}", f"{field.json_name} {text.en}")


def stray(path: str, name: str, text: Text) -> Violation:
    """Make the two sentences about a name that the contract does not have."""
    return Violation(path, f"{name} {text.zh}", f"{name} {text.en}")
