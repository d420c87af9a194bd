"""Which of the two languages of the product a caller prefers."""

from functools import lru_cache

CHINESE = "zh-CN"
ENGLISH = "en"


@lru_cache(maxsize=512)
def language_of(header: str | None) -> str:
    """Choose by Accept-Language; Chinese where the caller does not care."""
    best, weight = CHINESE, 0.0
    for part in (header or "").split(","):
        tag, _, parameter = part.partition(";")
        language = {"zh": CHINESE, "en": ENGLISH}.get(tag.strip().lower().partition("-")[0])
        quality = _quality(parameter)
        if language is not None and quality > weight:
            best, weight = language, quality
    return best


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
