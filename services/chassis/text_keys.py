"""Keys by which a Chinese text is found: folded letters, pinyin initials, and the grams of both.

They are made here and stored, so that a search never depends on the locale of a database: under `C` it knows no
letters beyond ASCII, and trigrams of Chinese are empty. A text that contains another also contains its grams.
"""

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TextKeys:
    """What is stored of a text."""

    folded: str
    initials: str

    @property
    def grams(self) -> list[str]:
        """The grams of the folded text and of the initials."""
        return sorted({*grams(self.folded), *grams(self.initials)})


def folded(text: str) -> str:
    """The text without differences of case and of width."""
    return unicodedata.normalize("NFKC", text).casefold()


def grams(text: str) -> list[str]:
    """Every character of the text and every two that follow each other."""
    return sorted({*text, *(text[place : place + 2] for place in range(len(text) - 1))})


def keys_of(text: str) -> TextKeys:
    """The keys of a text; a character with several readings has the one that the text suggests."""
    # Its dictionary takes half a second to read, which every start of a service would pay.
    from pypinyin import Style, lazy_pinyin

    plain = folded(text)
    return TextKeys(plain, "".join(lazy_pinyin(plain, style=Style.FIRST_LETTER)))
