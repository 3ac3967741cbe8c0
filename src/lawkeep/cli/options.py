"""Options that several commands take, and how their values are read."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from lawkeep.law.calendar import parse_day
from lawkeep.model.errors import error
from lawkeep.model.vocabulary import ALL_KEYS, nearest

if TYPE_CHECKING:
    from lawkeep.ledger.timestamps import Authority

LanguageOption = Annotated[
    Literal["zh", "en"] | None,
    Parameter(help="Language of what is shown (default: LAWKEEP_LANG, else the locale)."),
]
On = Annotated[
    str | None,
    Parameter(
        metavar="DAY", help="Judge as of the end of this day, law time: 2017-09-17 (default: now)."
    ),
]
Law = Annotated[
    tuple[Path, ...],
    Parameter(
        name="--law",
        metavar="FOLDER",
        negative="",
        help="Folder of a law pack of your own, beside the shipped ones; may be repeated.",
    ),
]
Policy = Annotated[
    tuple[Path, ...],
    Parameter(
        name="--policy",
        metavar="FILE",
        negative="",
        help="File with your own numbers for words such as 'immediately'; may be repeated.",
    ),
]
Drafts = Annotated[bool, Parameter(negative="", help="Use draft rules too; the result is marked.")]
Keys = Annotated[
    tuple[str, ...],
    Parameter(
        name="--key",
        metavar="KIND=ID",
        negative="",
        help="Only what is about this: content=c1; may be repeated.",
    ),
]
Signer = Annotated[
    Path | None,
    Parameter(metavar="FILE", help="Key file of the ledger, if its checkpoints are signed."),
]
LedgerPlace = Annotated[
    str,
    Parameter(name="LEDGER", help="File of the ledger, or postgresql:// address of its database."),
]
WitnessPolicy = Annotated[
    Path | None,
    Parameter(
        name="--witness-policy",
        metavar="FILE",
        help="Policy that names the witnesses and how many of them must agree.",
    ),
]
TimeRoots = Annotated[
    Path | None,
    Parameter(
        name="--time-roots",
        metavar="FILE",
        help="Root certificates (PEM) of the time-stamping authority that is trusted.",
    ),
]
Json = Annotated[bool, Parameter(name="--json", negative="", help="Write JSON to stdout.")]


def authority(roots: Path, url: str = "") -> "Authority":
    """The time-stamping authority of these roots. Errors: `extra_missing`, `usage_value`."""
    try:
        from lawkeep.ledger.timestamps import Authority
    except ModuleNotFoundError as problem:
        package = problem.name or "rfc3161-client"
        raise error("extra_missing", package=package, extra="timestamp") from None
    try:
        return Authority.from_pem(roots, url)
    except ValueError:
        raise error("usage_value", option="--time-roots", value=str(roots), form="PEM") from None


def day(option: str, value: str | None) -> date | None:
    """A day as written. Error: `usage_value`."""
    if value is None:
        return None
    found = parse_day(value)
    if found is None:
        raise error("usage_value", option=option, value=value, form="2017-09-17")
    return found


def pairs(written: tuple[str, ...]) -> dict[str, str]:
    """`content=c1` as kind and value. Errors: `usage_value`, `event_key_unknown`."""
    found: dict[str, str] = {}
    for text in written:
        kind, sign, value = text.partition("=")
        if not sign or not value:
            raise error("usage_value", option="--key", value=text, form="content=c1")
        if kind not in ALL_KEYS:
            raise error("event_key_unknown", key=kind, **nearest(kind, ALL_KEYS))
        found[kind] = value
    return found
