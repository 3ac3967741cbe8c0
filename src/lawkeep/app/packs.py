"""Law packs: those shipped, the operator's own beside them, and policy numbers of its own."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import lawkeep.app.errors  # noqa: F401  (registers the codes of this room)
from lawkeep.ingest.read import read_text
from lawkeep.law.duty import Duty
from lawkeep.law.pack import Pack, load_pack, with_policy
from lawkeep.model.errors import LawkeepError, error
from lawkeep.model.vocabulary import Vocabulary, nearest


def shipped() -> dict[str, Traversable]:
    """The folders of the packs that come with Lawkeep, by name."""
    folder = files("lawkeep.law").joinpath("packs")
    found = {f.name: f for f in folder.iterdir() if f.joinpath("pack.yaml").is_file()}
    return dict(sorted(found.items()))


def packs(
    vocabulary: Vocabulary,
    *,
    folders: Iterable[Path] = (),
    policies: Iterable[Path] = (),
) -> tuple[Pack, ...]:
    """The shipped packs and those of `folders`; one of the same name replaces the shipped one.

    `policies`: files with policy numbers of the operator's own; each goes to the packs that know
    all of its numbers. Errors: those of `load_pack` and `with_policy`, `pack_twice`.
    """
    own: dict[str, Pack] = {}
    for folder in folders:
        pack = load_pack(folder, vocabulary)
        if pack.id in own:
            raise error("pack_twice", pack=pack.id)
        own[pack.id] = pack
    loaded = {n: _shipped(n, vocabulary) for n in shipped() if n not in own} | own
    for path in policies:
        loaded = _with_policy(loaded, path)
    return tuple(loaded.values())


@cache
def _shipped(name: str, vocabulary: Vocabulary) -> Pack:
    """A shipped pack never changes while the program runs."""
    return load_pack(shipped()[name], vocabulary)


def _with_policy(loaded: dict[str, Pack], path: Path) -> dict[str, Pack]:
    text = read_text(path)
    changed, problems = dict(loaded), []
    for name, pack in loaded.items():
        try:
            changed[name] = with_policy(pack, text, path.name)
        except LawkeepError as problem:
            problems.append(problem)
    if len(problems) == len(loaded):
        raise problems[0]
    return changed


def duty_named(loaded: Iterable[Pack], name: str) -> tuple[Pack, Duty]:
    """A duty by id or code. Error: `duty_unknown`."""
    names: list[str] = []
    for pack in loaded:
        duty = pack.duty(name)
        if duty is not None:
            return pack, duty
        names += [n for d in pack.duties for n in (d.duty, d.code)]
    raise error("duty_unknown", name=name, **nearest(name, names))
