"""Fine bands as horizontal range bars on one logarithmic scale for the whole page."""

import math
from collections.abc import Iterable
from typing import Literal

import msgspec

from lawkeep.documents import svg
from lawkeep.model.finding import Fine, Text

Look = Literal["standing", "arguable", "absorbed", "barred"]
Language = Literal["zh", "en"]

WIDTH = 360
_LEFT, _RIGHT = 10.0, 350.0
_SIZE, _BAR = 12.0, 22.0

ORGANISATION = Text(zh="对单位", en="Organisation")
PERSONS = Text(zh="对个人", en="Persons")
LOOKS: dict[Look, Text] = {
    "standing": Text(zh="成立", en="stands"),
    "arguable": Text(zh="是否适用有争议", en="arguable"),
    "absorbed": Text(zh="被吸收", en="absorbed"),
    "barred": Text(zh="已过处罚时效", en="barred by limitation"),
}


class Scale(msgspec.Struct, frozen=True):
    """Powers of ten at both ends, in currency units."""

    low: int
    high: int

    def x(self, amount: float) -> float:
        """Where the amount stands; outside amounts stand at the end."""
        part = (math.log10(max(amount, 1)) - self.low) / (self.high - self.low)
        return _LEFT + (_RIGHT - _LEFT) * min(1.0, max(0.0, part))


def scale_of(fines: Iterable[Fine | None]) -> Scale:
    """The common scale of these bands; at least two decades."""
    amounts = [a for f in fines if f is not None for a in (f.min, f.max) if a]
    if not amounts:
        return Scale(3, 6)
    low = math.floor(math.log10(min(amounts)))
    high = math.ceil(math.log10(max(amounts)))
    return Scale(low, max(high, low + 2))


def money(amount: int, currency: str) -> Text:
    """An amount in words: `CNY 100,000`, `10 万元`."""
    if currency == "CNY":
        zh = f"{amount // 10_000:,} 万元" if amount and amount % 10_000 == 0 else f"{amount:,} 元"
    else:
        zh = f"{amount:,} {currency}"
    return Text(zh=zh, en=f"{currency} {amount:,}")


def band(fine: Fine, currency: str) -> Text:
    """A band in words, both ends included; says so when the text sets no figure."""
    zh: list[str] = []
    en: list[str] = []
    low = money(fine.min, currency) if fine.min is not None else None
    high = money(fine.max, currency) if fine.max is not None else None
    if low and high and fine.min == fine.max:
        zh.append(low.zh)
        en.append(low.en)
    elif low and high:
        zh.append(f"{low.zh}至 {high.zh}")
        en.append(f"{low.en} to {fine.max:,}")
    elif high:
        zh.append(f"{high.zh}以下")
        en.append(f"up to {high.en}")
    elif low:
        zh.append(f"{low.zh}以上，条文未设上限")
        en.append(f"from {low.en}, no upper end set")
    if fine.of_gain is not None:
        least, most = fine.of_gain
        zh.append(f"违法所得 {least} 倍至 {most} 倍")
        en.append(f"{least} to {most} times the unlawful gain")
    if fine.pct_turnover is not None:
        zh.append(f"上一年度营业额的 {fine.pct_turnover:g}% 以下")
        en.append(f"up to {fine.pct_turnover:g}% of the previous year’s turnover")
    if not zh:
        return Text(zh="条文未规定数额", en="no amount set by the text")
    return Text(zh="；或者".join(zh), en="; or ".join(en))


def bands(
    entity: Fine | None,
    persons: Fine | None,
    currency: str,
    scale: Scale,
    look: Look,
    language: Language,
) -> str:
    """An `<svg>` with a lane for the organisation and one for persons; empty without fines."""
    lanes = [
        (label, fine)
        for label, fine in ((ORGANISATION, entity), (PERSONS, persons))
        if fine is not None
    ]
    if not lanes:
        return ""
    parts: list[str] = []
    told: list[str] = []
    top = 4.0
    for label, fine in lanes:
        name, amount = getattr(label, language), getattr(band(fine, currency), language)
        told.append(f"{name}: {amount}")
        indent = svg.width(name, _SIZE) + 10
        lines = svg.wrap(amount, _RIGHT - _LEFT - indent, _SIZE, 3)
        look_class = f"bd-label bd-label-{look}"
        parts.append(svg.text(_LEFT - 2, top + 10, name, "bd-label bd-name"))
        for line in lines:
            parts.append(svg.text(_LEFT - 2 + indent, top + 10, line, look_class))
            top += 15
        parts.append(_bar(fine, scale, top + 2, look))
        top += _BAR
    parts[:0] = _grid(scale, top, language)
    said = f"{getattr(LOOKS[look], language)} – " + "; ".join(told)
    return svg.element(
        "svg",
        svg.element("title", svg.words(said)) + "".join(parts),
        xmlns="http://www.w3.org/2000/svg",
        class_="bands",
        viewBox=f"0 0 {WIDTH} {top + 18:.0f}",
        width=WIDTH,
        height=round(top + 18),
        role="img",
    )


def _grid(scale: Scale, bottom: float, language: Language) -> list[str]:
    """A line and a tick for each power of ten; the outer ticks stay inside the picture."""
    parts: list[str] = []
    for power in range(scale.low, scale.high + 1):
        x = scale.x(10.0**power)
        parts.append(svg.element("path", d=f"M{x:.1f} 18V{bottom:.1f}", class_="bd-grid"))
        anchor = "start" if power == scale.low else "end" if power == scale.high else "middle"
        at = x + (-2 if anchor == "start" else 2 if anchor == "end" else 0)
        parts.append(svg.text(at, bottom + 12, _tick(power, language), "bd-tick", anchor))
    return parts


def _bar(fine: Fine, scale: Scale, y: float, look: Look) -> str:
    """The bar; an end that the text does not set is drawn open, with an arrow."""
    if fine.min is None and fine.max is None:
        return ""
    left = scale.x(fine.min) if fine.min is not None else _LEFT
    right = scale.x(fine.max) if fine.max is not None else _RIGHT
    wide = max(right - left, 5.0)
    if left + wide > _RIGHT:
        left = _RIGHT - wide
    bar = svg.element(
        "rect", x=left, y=float(y), width=wide, height=10.0, rx=2.0, class_=f"bd-bar bd-{look}"
    )
    if fine.max is None:
        bar += svg.element("path", d=f"M{_RIGHT - 1:.0f} {y}l7 5l-7 5", class_="bd-open")
    if fine.min is None:
        bar += svg.element("path", d=f"M{_LEFT + 1:.0f} {y}l-7 5l7 5", class_="bd-open")
    if look == "barred":
        bar += svg.element(
            "path", d=f"M{left - 4:.1f} {y + 5}H{left + wide + 4:.1f}", class_="bd-strike"
        )
    return bar


_TICKS = {
    "zh": ("1", "10", "100", "1 千", "1 万", "10 万", "100 万", "1 千万", "1 亿", "10 亿"),
    "en": ("1", "10", "100", "1k", "10k", "100k", "1M", "10M", "100M", "1bn"),
}


def _tick(power: int, language: Language) -> str:
    names = _TICKS[language]
    return names[power] if power < len(names) else f"1e{power}"
