"""A folder of one operator: operator.yaml, record files, and a mapping for each.

    operator.yaml                    who the operator is, what its records cover
    events.jsonl                     native events: no mapping
    complaints.csv                   records of another system ...
    complaints.mapping.yaml          ... with the mapping beside them,
    mappings/complaints.mapping.yaml ... or in `mappings/`
    mapping.yaml                     ... or one file for all: `sources:` lists mappings, each with
                                     `file:` or `files:` (a glob)
    records/                         more record files, if there are many

Names in `file` and `files` are relative to the folder. `NAME.mapping.yaml` without `file` means
NAME with any ending, beside it or in `records/`. A record file that no mapping takes is an error,
not silence: a file left out by mistake would make its duties look breached.
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from lawkeep.ingest.mapping import Placed, load_mappings
from lawkeep.ingest.objects import read_json
from lawkeep.ingest.operator import (
    FILE,
    OperatorFile,
    OperatorForm,
    coverage,
    covered_events,
    read_operator,
)
from lawkeep.ingest.read import format_of, read_events, read_text
from lawkeep.ingest.rows import Progress, Writer
from lawkeep.model.errors import Both, error
from lawkeep.model.event import Event
from lawkeep.model.finding import Coverage, Profile
from lawkeep.model.vocabulary import Vocabulary

_SUFFIX = ".mapping.yaml"
_FOLDERS = ("", "records", "events")


class Source(msgspec.Struct, frozen=True):
    """One record file. `name`: relative to the folder, with `/`. `mapping`: None if native."""

    path: Path
    name: str
    mapping: Placed | None = None


class OperatorFolder(msgspec.Struct, frozen=True):
    """What `read_folder` found."""

    root: Path
    operator: OperatorFile
    sources: tuple[Source, ...]
    mappings: tuple[Placed, ...]

    @property
    def form(self) -> OperatorForm:
        """operator.yaml as written: id, name, place, services."""
        return self.operator.form

    @property
    def profile(self) -> Profile:
        """Who the operator is."""
        return self.operator.profile()

    @property
    def coverage(self) -> tuple[Coverage, ...]:
        """What operator.yaml and the mappings declare complete."""
        found = self.operator.coverage()
        for placed in self.mappings:
            found += self._covers(placed)
        return tuple(found)

    def _covers(self, placed: Placed) -> list[Coverage]:
        zone = placed.mapping.zone or self.form.zone
        return coverage(placed.document, placed.mapping.covers, zone, (*placed.path, "covers"))

    def statements(self, vocabulary: Vocabulary, *, now: int | None = None) -> list[Event]:
        """`operator.profiled` and `records.covered`: the same ids as long as they say the same."""
        events = self.operator.events(vocabulary, now)
        for placed in self.mappings:
            events += covered_events(
                vocabulary,
                placed.document,
                (*placed.path, "covers"),
                self._covers(placed),
                self.form.operator,
                placed.mapping.source or placed.document.file,
                now,
            )
        return list({event.id: event for event in events}.values())

    def events(
        self,
        vocabulary: Vocabulary,
        *,
        progress: Progress | None = None,
        rejects: Writer | None = None,
        now: int | None = None,
    ) -> Iterator[Event]:
        """The statements, then every record file in the order of names.

        `progress`: bytes done and bytes in all files. `rejects`, `now`: as `read_events`.
        """
        yield from self.statements(vocabulary, now=now)
        sizes = [source.path.stat().st_size for source in self.sources]
        total, before = sum(sizes), 0
        for source, size in zip(self.sources, sizes, strict=True):
            yield from read_events(
                source.path,
                vocabulary,
                mapping=source.mapping,
                operator=self.form.operator,
                zone=self.form.zone,
                name=source.name,
                progress=_part(progress, before, size, total),
                rejects=rejects,
                now=now,
            )
            before += size
            if progress is not None:
                progress(before, total)


def _part(progress: Progress | None, before: int, size: int, total: int) -> Progress | None:
    if progress is None:
        return None
    return lambda done, _: progress(before + min(done, size), total)


def read_folder(path: str | Path) -> OperatorFolder:
    """An operator's folder; reads the YAML files, not yet the records.

    Errors: `folder_without_operator`, `folder_file_unmapped`, `folder_file_missing`,
    `folder_file_outside`, `folder_file_twice`, `yaml_*`.
    """
    root = Path(path)
    if not root.is_dir():
        raise error("input_missing", name=str(path), problem=Both("no such folder", "没有该文件夹"))
    if not (root / FILE).is_file():
        raise error("folder_without_operator").at(root.name)
    operator = read_operator(read_text(root / FILE))
    files = _record_files(root, operator.form.ignore)
    mappings: list[Placed] = []
    taken: dict[str, Placed] = {}
    for file in _mapping_files(root):
        name = file.relative_to(root).as_posix()
        for placed in load_mappings(read_text(file), name):
            mappings.append(placed)
            for record in _taken(root, placed, file, files):
                if record in taken:
                    first = taken[record].document.file
                    details = {"name": record, "first": first}
                    place = placed.document.place((*placed.path, "file"))
                    raise error("folder_file_twice", **details).at(name, *place)
                taken[record] = placed
    sources = []
    for name in sorted({*files, *taken}):
        mapping = taken.get(name)
        if mapping is None and not _native(root / name):
            raise error("folder_file_unmapped", name=name).at(name)
        sources.append(Source(root / name, name, mapping))
    return OperatorFolder(root, operator, tuple(sources), tuple(mappings))


def _mapping_files(root: Path) -> list[Path]:
    found = [p for p in (root / "mapping.yaml",) if p.is_file()]
    for folder in ("", "records", "mappings"):
        found += sorted((root / folder).glob(f"*{_SUFFIX}"))
        if folder == "mappings":
            found += sorted(
                p for p in (root / folder).glob("*.yaml") if not p.name.endswith(_SUFFIX)
            )
    return found


def _record_files(root: Path, ignore: tuple[str, ...]) -> set[str]:
    found = set()
    for folder in _FOLDERS:
        for file in (root / folder).glob("*"):
            name = file.relative_to(root).as_posix()
            ignored = any(fnmatchcase(name, pattern) for pattern in ignore)
            # `.~lock.x.csv#` and the like belong to editors.
            hidden = file.name.startswith((".", "~$"))
            if file.is_file() and format_of(file) and not ignored and not hidden:
                found.add(name)
    return found


def _taken(root: Path, placed: Placed, file: Path, files: set[str]) -> list[str]:
    mapping = placed.mapping
    pattern = mapping.file or mapping.files
    field = "file" if mapping.file else "files"
    place = placed.document.place((*placed.path, field))
    here = placed.document.file
    if pattern is None:
        if not file.name.endswith(_SUFFIX) or placed.path:
            raise placed.problem(Both("`file` or `files` is needed here", "此处需要 file 或 files"))
        stem = file.name.removesuffix(_SUFFIX)
        names = sorted(name for name in files if _stem(name) == stem)
        if len(names) != 1:
            shown = f"{stem}.*" if not names else ", ".join(names)
            if names:
                raise placed.problem(
                    Both(
                        f"`file` is needed: {shown} all fit this mapping",
                        f"需要 file：{shown} 都与此映射相符",
                    )
                )
            raise error("folder_file_missing", name=shown).at(here, *place)
        return names
    if pattern.startswith("/") or ".." in pattern.replace("\\", "/").split("/"):
        raise error("folder_file_outside", name=pattern).at(here, *place)
    if mapping.file:
        found = [root / pattern] if (root / pattern).is_file() else []
    else:
        found = sorted(p for p in root.glob(pattern) if p.is_file())
    if not found:
        raise error("folder_file_missing", name=pattern).at(here, *place)
    for record in found:
        if not record.resolve().is_relative_to(root.resolve()):
            raise error("folder_file_outside", name=record.name).at(here, *place)
    return [record.relative_to(root).as_posix() for record in found]


def _stem(name: str) -> str:
    base = name.rpartition("/")[2]
    return Path(base.removesuffix(".gz")).stem


def _native(path: Path) -> bool:
    form = format_of(path)
    if form == "jsonl":
        return True
    if form != "json":
        return False
    value = read_json(path)
    return not (isinstance(value, dict) and "specversion" not in value)
