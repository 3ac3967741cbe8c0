"""The statute texts beside the checkout: articles, their paragraphs, the amounts that they name."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_NUMBER = r"(?:\d+(?:\.\d+)?|[零一二两三四五六七八九十百千]+)[万亿]*"
_ITEM = re.compile(r"[（(]([一二三四五六七八九十]+)[)）]")
_NOT_HAN = re.compile(r"[^\u4e00-\u9fff]")


def number(text: str) -> float:
    """`五十万` is 500000, `1.5万` 15000, `十` 10."""
    head = text.rstrip("万亿")
    scale = 1.0
    for place in text[len(head) :]:
        scale *= 10_000 if place == "万" else 100_000_000
    return scale * (float(head) if head[0].isdigit() else _small(head))


def _small(text: str) -> int:
    total, digit = 0, 0
    for sign in text:
        if sign in _PLACES:
            total += (digit or 1) * _PLACES[sign]
            digit = 0
        else:
            digit = _DIGITS[sign]
    return total + digit


def bands(text: str, unit: str = "元") -> set[tuple[float | None, float | None]]:
    """Every band of an amount in a text: `一万元以上十万元以下` is (10000, 100000), `五十万元以下`
    (None, 500000), `十万元以上` (100000, None), `一万元` (10000, 10000)."""
    found: set[tuple[float | None, float | None]] = set()
    term = re.compile(
        rf"(?P<low>{_NUMBER}){unit}以上(?:(?P<high>{_NUMBER}){unit}以下)?"
        rf"|(?P<most>{_NUMBER}){unit}以下|(?P<one>{_NUMBER}){unit}"
    )
    for hit in term.finditer(text):
        low, high, most, one = (
            None if hit[name] is None else number(hit[name])
            for name in ("low", "high", "most", "one")
        )
        found.add((one, one) if one is not None else (low, high if low is not None else most))
    return found


def percentages(text: str) -> set[float]:
    """`百分之五` is 5."""
    return {number(hit) for hit in re.findall(rf"百分之({_NUMBER})", text)}


def han(text: str) -> str:
    """The Chinese characters of a text, and nothing else."""
    return _NOT_HAN.sub("", text)


@dataclass(frozen=True)
class Article:
    """`paragraphs` as the law counts them, each with its items; `items` by their own number."""

    status: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @cached_property
    def paragraphs(self) -> tuple[str, ...]:
        found: list[str] = []
        for line in self.lines:
            if _ITEM.match(line) and found:
                found[-1] += "\n" + line
            else:
                found.append(line)
        return tuple(found)

    @cached_property
    def items(self) -> dict[int, str]:
        return {_small(hit[1]): line for line in self.lines if (hit := _ITEM.match(line))}

    def part(self, place: int | None) -> str | None:
        """The text of the n-th paragraph, else of item n, else None; without n the whole."""
        if place is None:
            return self.text
        if place <= len(self.paragraphs):
            return self.paragraphs[place - 1]
        return self.items.get(place)


class Corpus:
    """The folder `law/`. An article is asked for as packs cite it: `CN-CSL@2017-06-01`, `24(1)`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.editions: dict[str, dict[str, Any]] = {
            f"{e['id']}@{e['version']}": e for e in self.read("index.json")
        }
        self.articles: dict[tuple[str, int], Article] = {}
        for line in (folder / "articles.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            law = f"{row['statute']}@{row['version']}"
            self.articles[law, row["article"]] = Article(row["status"], tuple(row["paragraphs"]))

    def read(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text(encoding="utf-8"))

    def whole(self, law: str) -> bool:
        """Whether every article of the edition is held."""
        kept: str = self.editions[law]["completeness"]
        return kept.startswith(("full", "partial: every article"))

    def find(self, law: str, place: str) -> tuple[Article, str | None] | None:
        """The article that a citation names and the text of its paragraph (None: no such one)."""
        hit = re.fullmatch(r"(\d+)(-\d+)?(?:\((\d+)\))?", place)
        if hit is None:
            return None
        article = self.articles.get((law, int(hit[1])))
        if article is None:
            return None
        # `286-1` is the article inserted after 286: its own text says so.
        if hit[2] and f"之{'一二三四五六七八九'[int(hit[2][1:]) - 1]}" not in article.lines[0][:14]:
            return None
        return article, article.part(int(hit[3]) if hit[3] else None)

    def grams(self, length: int) -> Iterator[tuple[str, str]]:
        """Every run of so many characters, punctuation left out, with the article it is in."""
        for (law, article), held in self.articles.items():
            text = han(held.text)
            for start in range(len(text) - length + 1):
                yield text[start : start + length], f"{law} {article}"
