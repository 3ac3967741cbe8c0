"""Small helpers to write SVG by hand: escaped text, width estimates, line breaks.

No `style` attribute is ever written, so that pictures work under a content security policy
that allows style sheets by hash only; looks come from classes and presentation attributes.
"""

import re
import unicodedata
from xml.sax.saxutils import escape, quoteattr

# Characters that XML 1.0 cannot hold in any form.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """The text without characters that XML (and a workbook) cannot hold: U+FFFD instead."""
    return _ILLEGAL.sub("\ufffd", text)


def element(name: str, content: str = "", **attributes: str | float | None) -> str:
    """An element. Attribute values are escaped here; `content` must be markup already.

    A trailing `_` of an attribute name is dropped and inner `_` become `-` (`class_`).
    """
    parts = [name]
    for key, value in attributes.items():
        if value is None:
            continue
        shown = f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
        parts.append(f"{key.rstrip('_').replace('_', '-')}={quoteattr(clean(shown))}")
    head = " ".join(parts)
    return f"<{head}>{content}</{name}>" if content else f"<{head}/>"


def words(value: str) -> str:
    """Character data: cleaned and escaped."""
    return escape(clean(value))


def text(x: float, y: float, value: str, class_: str, anchor: str | None = None) -> str:
    """One line of text."""
    return element("text", words(value), x=float(x), y=float(y), class_=class_, text_anchor=anchor)


def width(value: str, size: float) -> float:
    """Estimated width in the unit of `size`: wide characters one em, others a little over half."""
    wide = sum(1 for c in value if unicodedata.east_asian_width(c) in "WF")
    return size * (wide + 0.56 * (len(value) - wide))


def wrap(value: str, room: float, size: float, lines: int) -> list[str]:
    """Break into at most `lines` lines that fit; what does not fit ends in an ellipsis."""
    value = " ".join(clean(value).split())
    pieces = re.findall(
        r"[^\W\d_][^\s\u2e80-\uffff]*\s?|[\u2e80-\uffff]|\S[^\s\u2e80-\uffff]*\s?", value
    )
    out: list[str] = []
    line = ""
    for piece in _short_enough(pieces, room, size):
        if line and width((line + piece).rstrip(), size) > room:
            out.append(line.rstrip())
            line = piece
        else:
            line += piece
    if line:
        out.append(line.rstrip())
    if len(out) > lines:
        last = out[lines - 1]
        while last and width(last + "…", size) > room:
            last = last[:-1]
        out = [*out[: lines - 1], last + "…"]
    return out


def _short_enough(pieces: list[str], room: float, size: float) -> list[str]:
    """Pieces cut so that each alone fits: an id without spaces must not run off the picture."""
    out: list[str] = []
    for piece in pieces:
        rest = piece
        while width(rest.rstrip(), size) > room and len(rest) > 1:
            cut = max(1, int(len(rest) * room / width(rest, size)))
            while cut > 1 and width(rest[:cut], size) > room:
                cut -= 1
            out.append(rest[:cut])
            rest = rest[cut:]
        out.append(rest)
    return out
