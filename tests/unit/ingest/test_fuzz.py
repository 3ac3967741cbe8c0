"""Whatever bytes come in, an event or a `LawkeepError` comes out."""

import gzip
import io
import json
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lawkeep.ingest import Placed, load_mappings, read_events, sniff
from lawkeep.ingest.operator import read_operator
from lawkeep.model.errors import LawkeepError
from lawkeep.model.event import encode
from lawkeep.model.vocabulary import Vocabulary

MAPPING = """
zone: Europe/Paris
operator: op
null_values: [NULL]
events:
  - type: {column: kind, map: {a: trial.seen}, default: trial.gone}
    occurred_at: {column: time, format: [iso, epoch_ms, excel, "%d/%m/%Y %H:%M", "%d %b %Y"]}
    recorded_at: {columns: [time, n], format: [iso, "%Y-%m-%d %H"], fold: later}
    when: {column: kind, not_in: [skip]}
    keys: {content: id, subject: {column: who, prefix: p}}
    data: {count: n, share: n, sure: who, tags: who, until: time, note: who}
    evidence: who
"""
CSV = (
    "id,time,kind,n,who\n"
    '1,2017-08-20 10:05:00,a,,"x, ""y"""\n'
    '2,1503194700000,b,,"two\nlines"\n'
    "3,20 Aug 2017,skip,3,是\n"
).encode()
LINE = (
    b'{"id":"e","type":"trial.seen","occurred_at":"2017-08-20T10:05:00+08:00","operator":"op",'
    b'"keys":{"content":"c"},"data":{"count":3,"tags":["a"],"until":"2017-08-20T10:05:00Z"}}\n'
)
CLOUD = (
    b'{"specversion":"1.0","id":"e","type":"lawkeep.trial.seen","time":"2017-08-20T10:05:00Z",'
    b'"source":"op","data":{"keys":{"content":"c"},"data":{"note":"n"}}}\n'
)
XES = (
    b'<?xml version="1.0"?><log><trace><string key="id" value="1"/><event>'
    b'<date key="time" value="2017-08-20T10:05:00Z"/><string key="kind" value="a"/></event></trace>'
    b"</log>"
)
PLACED = load_mappings(MAPPING, "m.yaml")[0]
JOINTS = [b'"', b",", b"\n", b"\r", b"\0", b"\xff", b"\xe5\xa5", b"{", b"[", b"\\u0000", b"9" * 30]
JOINTS += [
    b"NaN",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"<",
    b"&",
    b"1e400",
    b"\\ud800",
    b"-",
    b"0001-01-01",
]


@st.composite
def mutated(draw: st.DrawFn, seed: bytes) -> bytes:
    """The seed with a few places cut, doubled or replaced."""
    text = seed
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        new = draw(st.sampled_from(JOINTS) | st.binary(max_size=6))
        text = text[:start] + new + text[end:]
    return text


def _reads_well(problem: LawkeepError) -> None:
    assert problem.text("zh")
    assert problem.advice("en")
    assert problem.location is not None


def _consume(path: Path, vocabulary: Vocabulary, placed: Placed | None) -> None:
    for rejects in (None, io.StringIO()):
        try:
            for event in read_events(path, vocabulary, mapping=placed, rejects=rejects):
                encode(event)
        except LawkeepError as problem:
            _reads_well(problem)
        if rejects is not None:
            for line in rejects.getvalue().splitlines():
                assert json.loads(line)["code"]


FUZZ = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(text=mutated(CSV) | st.binary(max_size=200))
def test_csv(tmp_path: Path, vocabulary: Vocabulary, text: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text)
    _consume(path, vocabulary, PLACED)
    # Whatever `sniff` can draft, the mapping reader can read.
    try:
        draft = sniff(path)
    except LawkeepError:
        return
    load_mappings(draft, "draft.yaml")


@FUZZ
@given(rows=st.lists(st.lists(st.text(max_size=5), min_size=2, max_size=2), min_size=1))
def test_csv_means_what_the_standard_library_writes(
    tmp_path: Path, vocabulary: Vocabulary, rows: Iterable[list[str]]
) -> None:
    path = tmp_path / "a.csv"
    # NUL and lone CR are refused, surrogates cannot be written, empty cells are left out.
    clean = [
        [c.replace("\0", "").replace("\r", "").encode("utf-8", "ignore").decode() for c in row]
        for row in rows
    ]
    with path.open("w", newline="", encoding="utf-8") as file:
        file.write("t,k,n\n")
        for index, row in enumerate(clean):
            quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in row)
            file.write(f"2017-08-20T10:05:00Z,{index}{quoted[:0]},{quoted}\n".replace(",\n", "\n"))
    mapping = (
        "operator: op\ntrim: false\nheader_row: 0\nevents:\n"
        "  - {type: trial.seen, occurred_at: '1', when: {column: '1', not_in: [t]},\n"
        "     keys: {content: '2'}, data: {note: '3', tags: {column: '4', separator: '\\n\\n\\n'}}}\n"
    )
    text = path.read_bytes().split(b"\n", 1)[1]
    path.write_bytes(text)
    events = read_events(path, vocabulary, mapping=load_mappings(mapping, "m.yaml")[0])
    assert [event.data.get("note", "") for event in events] == [row[0] for row in clean]


@FUZZ
@given(text=mutated(LINE + CLOUD) | st.binary(max_size=200), packed=st.booleans())
def test_lines(tmp_path: Path, vocabulary: Vocabulary, text: bytes, packed: bool) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(gzip.compress(text)[: -(len(text) % 9) or None] if packed else text)
    _consume(path, vocabulary, None)
    _consume(path, vocabulary, PLACED)


@FUZZ
@given(text=mutated(b"[" + CLOUD + b"," + LINE + b"]") | st.binary(max_size=200))
def test_json(tmp_path: Path, vocabulary: Vocabulary, text: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(text)
    _consume(path, vocabulary, None)
    _consume(path, vocabulary, PLACED)


@FUZZ
@given(text=mutated(XES) | st.binary(max_size=200))
def test_xes(tmp_path: Path, vocabulary: Vocabulary, text: bytes) -> None:
    path = tmp_path / "a.xes"
    path.write_bytes(text)
    _consume(path, vocabulary, PLACED)


@FUZZ
@given(data=st.data())
def test_parquet(tmp_path: Path, vocabulary: Vocabulary, data: st.DataObject) -> None:
    path = tmp_path / "a.parquet"
    names = ["id", "time", "kind", "n", "who"]
    table = pa.table({name: ["2017-08-20T10:05:00Z", None, "a"] for name in names})
    pq.write_table(table, path, compression="none")
    path.write_bytes(data.draw(mutated(path.read_bytes())))
    _consume(path, vocabulary, PLACED)


@FUZZ
@given(text=mutated(MAPPING.encode()))
def test_mappings(tmp_path: Path, vocabulary: Vocabulary, text: bytes) -> None:
    try:
        placed = load_mappings(text.decode("utf-8", "replace"), "m.yaml")[0]
    except LawkeepError as problem:
        _reads_well(problem)
        return
    path = tmp_path / "a.csv"
    path.write_bytes(CSV)
    _consume(path, vocabulary, placed)


@given(
    text=mutated(b"operator: op\nroles: [access]\nrecords:\n  - {types: [a.*], from: 2017-01-01}\n")
)
def test_operators(text: bytes) -> None:
    try:
        read_operator(text.decode("utf-8", "replace"))
    except LawkeepError as problem:
        _reads_well(problem)
