"""`lawkeep ledger key|export|import` and `lawkeep verify`: evidence for others."""

import json as jsonlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated
from uuid import uuid4

from cyclopts import Parameter
from rich.text import Text as Line

from lawkeep.app import vocabulary
from lawkeep.app.choice import Choice
from lawkeep.app.evidence import export as exported
from lawkeep.app.evidence import import_bag
from lawkeep.app.holding import Actor
from lawkeep.app.packs import packs
from lawkeep.cli import output
from lawkeep.cli.language import language
from lawkeep.cli.options import Json, Keys, LanguageOption, Law, Signer, pairs
from lawkeep.cli.speech import plain
from lawkeep.law.calendar import Calendar, parse_day
from lawkeep.law.pack import Pack
from lawkeep.ledger import Ledger, bagcheck
from lawkeep.ledger.blobs import Blobs, Folder
from lawkeep.ledger.checkpoint import Checkpoint
from lawkeep.ledger.keys import new_key, public_path, read_key
from lawkeep.ledger.s3sign import Credentials
from lawkeep.model.errors import CLEAN, UNDECIDED, error
from lawkeep.model.time import parse_instant

LanguageOf = Annotated[LanguageOption, Parameter(name="--language")]
LedgerPath = Annotated[Path, Parameter(help="File of the ledger.")]
BlobsPath = Annotated[
    str | None,
    Parameter(
        metavar="PLACE", help="Where the files that events name are: FOLDER, or s3://BUCKET."
    ),
]
_Key = Annotated[
    str | None,
    Parameter(metavar="KEY", help="Public key of the ledger, from its owner; or a file with it."),
]
_Witness = Annotated[
    tuple[str, ...],
    Parameter(
        name="--witness",
        negative="",
        metavar="KEY",
        help="Public key of a witness; may be repeated.",
    ),
]
_Needed = Annotated[int, Parameter(help="Witnesses that must have cosigned (default: most).")]
S3_VARIABLES = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
SINCE_FORM = "2017-09-17, or 2017-09-17T10:00:00+08:00"


def key(path: LedgerPath, file: Annotated[Path, Parameter(help="New key file, not beside the ledger.")],
        /, *, language_: LanguageOf = None) -> int:  # fmt: skip
    """Make a key for a ledger and sign it; from then on every checkpoint is signed."""
    with Ledger.open(path) as ledger:
        origin, public = ledger.origin, ledger.public_key
    if public is not None:
        raise error("key_foreign", found=str(file), expected=public.text())
    signer = new_key(file, origin)
    with Ledger.open(path, signer=signer) as ledger:
        head = ledger.head
        ledger.restore([], Checkpoint(origin, head.size, head.root))
    told = (
        "已签署；公钥（请交给核验方）：" if language(language_) == "zh" else "signed; public key:"
    )
    output.say(f"{told} {public_path(file)}")
    print(signer.verifier.text())
    return CLEAN


def export(
    path: LedgerPath,
    folder: Annotated[Path, Parameter(help="New folder for the export.")],
    /,
    *,
    case: Annotated[str | None, Parameter(metavar="ID", help="What belongs to this case.")] = None,
    keys: Keys = (),
    kind: Annotated[
        tuple[str, ...],
        Parameter(
            name="--type", negative="", help="Only this type, or content.*; may be repeated."
        ),
    ] = (),
    since: Annotated[
        str | None, Parameter(metavar="TIME", help=f"Recorded since: {SINCE_FORM}.")
    ] = None,
    entry: Annotated[
        tuple[int, ...], Parameter(negative="", help="This entry too; may be repeated.")
    ] = (),
    blobs: BlobsPath = None,
    earlier: Annotated[
        tuple[Path, ...],
        Parameter(negative="", help="A checkpoint that the reader holds: prove growth since then."),
    ] = (),
    law: Law = (),
    json: Json = False,
    language_: LanguageOf = None,
) -> int:
    """Write an export that anybody can check without us; without a choice, of everything."""
    shown = language(language_)
    words = vocabulary()
    loaded = packs(words, folders=law)
    asked = pairs(keys) | ({"case": case} if case is not None else {})
    choice = Choice(
        keys=asked,
        types=frozenset(name for pattern in kind for name in words.matching(pattern)),
        since=None if since is None else instant_of("--since", since, loaded),
        seqs=frozenset(entry),
    )
    with Ledger.open(path) as ledger:
        done = exported(
            ledger,
            folder,
            choice,
            loaded,
            now=output.now(),
            blobs=store_of(blobs),
            earlier=[file.read_bytes() for file in earlier],
        )
    if json:
        output.put_json({name: getattr(done, name) for name in done.__dataclass_fields__})
        return CLEAN
    if shown == "zh":
        output.say(f"已导出 {done.events} 个事件（账簿共 {done.size} 条），{done.files} 个文件")
        output.say(
            f"核验：python3 {folder}/verify.py --key 公钥，或 lawkeep verify {folder} --key 公钥"
        )
    else:
        output.say(f"{done.events} of {done.size} events exported, {done.files} files")
        output.say(f"check it: python3 {folder}/verify.py --key KEY, or lawkeep verify {folder}")
    if done.cosignatures == 0:
        output.say(
            "没有见证方联署" if shown == "zh" else "no witness has cosigned: only you vouch for it"
        )
    return CLEAN


def import_(
    bag: Annotated[Path, Parameter(help="Folder of an export.")],
    path: Annotated[Path, Parameter(help="File of the ledger that takes it in.")],
    /,
    *,
    key: Annotated[
        str, Parameter(metavar="KEY", help="Public key of the ledger that it comes from.")
    ],
    witness: _Witness = (),
    needed: _Needed = 0,
    blobs: BlobsPath = None,
    signer: Signer = None,
    language_: LanguageOf = None,
) -> int:
    """Check an export and append its events to another ledger, all or none."""
    with opened_ledger(path, signer) as ledger:
        done = import_bag(
            ledger, bag, key=key, witnesses=witness, needed=needed, blobs=store_of(blobs)
        )
    if language(language_) == "zh":
        output.say(f"已追加 {done.events} 个事件，另有 {done.same} 个已存在；{done.files} 个文件")
    else:
        output.say(f"{done.events} events appended, {done.same} were there; {done.files} files")
    return CLEAN


def verify(
    path: Annotated[Path, Parameter(help="Folder of an export, or a proof file.")],
    /,
    *,
    key: _Key = None,
    witness: _Witness = (),
    needed: _Needed = 0,
    earlier: Annotated[
        Path | None, Parameter(metavar="FILE", help="A checkpoint that you hold.")
    ] = None,
    event: Annotated[
        Path | None, Parameter(metavar="FILE", help="The event of a proof, if not in it.")
    ] = None,
    allow_open: Annotated[
        bool, Parameter(negative="", help="Exit code 0 where no key of your own was given.")
    ] = False,
    json: Json = False,
    language_: LanguageOf = None,
) -> int:
    """Check an export or a proof: no server, no network. Exit code 3 without a key of your own."""
    for file in (path, earlier, event):
        if file is not None and not file.exists():
            raise error("input_missing", name=str(file), problem="no such file or folder")
    try:
        asked = bagcheck.Asked(
            key=None if key is None else bagcheck.key_from(key),
            witnesses=tuple(bagcheck.key_from(text) for text in witness),
            needed=needed,
            earlier=None if earlier is None else earlier.read_bytes(),
        )
    except bagcheck.Wrong as problem:
        raise error("note_key_malformed", key=problem.en) from None
    if path.is_dir():
        report = bagcheck.check_bag(path, asked)
    else:
        carried = None if event is None else event.read_bytes()
        report = bagcheck.check_proof(path.read_bytes(), carried, asked)
    code = CLEAN if allow_open and report.code == UNDECIDED else report.code
    if json:
        output.put_json(
            {
                "fits": not report.problems,
                "vouched": report.vouched,
                "problems": [{"what": w, "en": e, "zh": z} for w, e, z in report.problems],
                "notes": [{"what": w, "en": e, "zh": z} for w, e, z in report.notes],
                **report.figures,
            }
        )
        return code
    console = output.screen()
    place = 2 if language(language_) == "zh" else 1
    for name, value in report.figures.items():
        said = jsonlib.dumps(value, ensure_ascii=False) if name == "event" else str(value)
        console.print(output.inset(Line(f"{name}: {plain(said)}", style="dim")))
    for problem_ in report.problems:
        console.print(Line(f" ✗ {plain(problem_[place])}", style="bold red"))
    for note in report.notes:
        console.print(Line(f" ! {plain(note[place])}", style="yellow"))
    end = _ENDS[report.code][place - 1]
    console.print(Line(f" {end}", style="bold green" if report.code == CLEAN else "bold yellow"))
    return code


_ENDS = {
    0: ("✓ everything fits", "✓ 全部相符"),
    1: ("✗ it does not fit: do not rely on it", "✗ 不相符：请勿采信"),
    2: ("✗ it cannot be read", "✗ 无法读取"),
    3: (
        "~ everything fits, but nobody outside vouches for the key: give --key",
        "~ 全部相符，但公钥无外部来源佐证：请用 --key 指定",
    ),
}


def actor_of(ledger: Ledger, actor: str | None) -> Actor:
    """A ledger serves one operator: that of its first event."""
    first = next(ledger.read(end=1), None)
    operator = ledger.origin if first is None else first.event.operator
    return Actor(str(uuid4()), operator, actor)


@contextmanager
def opened_ledger(path: Path, signer: Path | None) -> Iterator[Ledger]:
    with Ledger.open(path, signer=None if signer is None else read_key(signer)) as ledger:
        yield ledger


def store_of(place: str | None) -> Blobs | None:
    """A folder, or a bucket whose address and keys the usual AWS variables say.

    Errors: `usage_value`, `extra_missing`, `blob_storage`.
    """
    if place is None or not place.startswith("s3://"):
        return None if place is None else Folder(place)
    try:
        from lawkeep.ledger.objects import Objects
    except ModuleNotFoundError as problem:
        raise error("extra_missing", package=problem.name or "obstore", extra="blobs") from None
    said = {name: os.environ.get(name, "") for name in S3_VARIABLES}
    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    missing = [name for name, value in said.items() if not value]
    if missing or not bucket:
        form = "s3://BUCKET/PREFIX, with " + ", ".join(missing or S3_VARIABLES)
        raise error("usage_value", option="--blobs", value=place, form=form)
    address, access, secret = said.values()
    region = os.environ.get("AWS_REGION", "us-east-1")
    return Objects(
        bucket, Credentials(address, access, secret, region), clock=output.now, prefix=prefix
    )


def instant_of(option: str, text: str, loaded: tuple[Pack, ...], *, end: bool = False) -> int:
    """A day in law time (its first or last instant), or an instant. Error: `usage_value`."""
    day: date | None = parse_day(text)
    if day is not None:
        calendar: Calendar = loaded[0].calendar
        return calendar.day_end(day) if end else calendar.day_start(day)
    if "T" not in text:
        raise error("usage_value", option=option, value=text, form=SINCE_FORM)
    return parse_instant(text)
