"""What a mapping says, and what it refuses with file, line and column."""

from collections.abc import Callable
from typing import Any

import pytest

from lawkeep.ingest import load_mappings, schemas
from lawkeep.model.errors import LawkeepError
from lawkeep.model.event import Event
from lawkeep.model.time import format_instant

Read = Callable[..., list[Event]]
Refusal = Callable[[Callable[[], Any]], LawkeepError]
ROWS = """id,time,word,n,share,sure,tags,who,sha
c1,2017-08-20 10:05:00,红,7,0.5,是,a; b;,u1,SHA
c2,2017-08-21 10:05:00,绿,,,no,,NULL,
c3,2017-08-22 10:05:00,none,1,1,0,x,u3,
""".replace("SHA", "AB" * 32)
FULL = """
zone: Asia/Shanghai
operator: op
source: forum
null_values: ["NULL"]
events:
  - type: {column: word, map: {红: trial.seen, 绿: trial.gone, none: null}}
    occurred_at: time
    recorded_at: {column: time, format: "%Y-%m-%d %H:%M:%S", zone: UTC}
    keys:
      content: {column: id, prefix: "f-"}
      subject: who
    data:
      word: {column: word, map: {红: red}, default: green}
      count: n
      share: share
      sure: sure
      tags: tags
      until: time
      note: {constant: hello}
    evidence: sha
    actor: {constant: moderation}
  - type: trial.gone
    when: [{column: word, equals: 红}, {column: who, empty: false}]
    occurred_at: {constant: "2018-01-01T00:00:00Z"}
    keys: {case: {column: who}}
    id: {column: id, prefix: "gone-"}
"""


def test_a_full_mapping(read: Read) -> None:
    first, second, third = read("a.csv", ROWS.encode(), FULL)
    assert (first.type, second.type, third.type) == ("trial.seen", "trial.gone", "trial.gone")
    assert first.keys == {"content": "f-c1", "subject": "u1"}
    assert first.data == {
        "word": "red",
        "count": 7,
        "share": 0.5,
        "sure": True,
        "tags": ["a", "b"],
        "until": "2017-08-20T02:05:00.000000Z",
        "note": "hello",
    }
    assert first.evidence == ("sha256:" + "ab" * 32,)
    assert first.actor == "moderation"
    assert first.recorded_at - first.occurred_at == 8 * 3_600_000_000
    assert (second.id, second.keys) == ("gone-c1", {"case": "u1"})
    assert third.keys == {"content": "f-c2"}
    assert third.data["sure"] is False
    assert "count" not in third.data


def test_events_of_one_row_have_ids_of_their_own(read: Read) -> None:
    mapping = FULL.replace('    id: {column: id, prefix: "gone-"}\n', "")
    ids = [event.id for event in read("a.csv", ROWS.encode(), mapping)]
    assert len(set(ids)) == 3
    assert [event.id for event in read("a.csv", ROWS.encode(), mapping)] == ids
    other = mapping.replace("source: forum", "source: shop")
    assert not {event.id for event in read("a.csv", ROWS.encode(), other)} & set(ids)


CASES = [
    ("zone: Asia/Shanghai", "zome: x", "yaml_value_invalid", "zone", 2),
    ("    actor:", "    akctor:", "yaml_value_invalid", "actor", 22),
    ("prefix:", "prefx:", "yaml_value_invalid", "prefix", 11),
    ("Asia/Shanghai", "Asia/Shanghia", "zone_unknown", "Shanghia", 2),
    ("- type: trial.gone", "- type: trial.gon", "event_type_unknown", "trial.gone", 23),
    ("红: trial.seen", "红: trial.sen", "event_type_unknown", "trial.seen", 7),
    ("      count: n", "      cuont: n", "event_field_unknown", "count", 15),
    ("      subject: who", "      subjet: who", "event_key_unknown", "subject", 12),
    ("evidence: sha", "evidence: sah", "mapping_column_unknown", "sha", 21),
    ("{constant: hello}", "{constant: a, column: b}", "yaml_value_invalid", "exactly one", 20),
    ('"%Y-%m-%d %H:%M:%S"', "'%Q'", "yaml_value_invalid", "%Q", 9),
    ('"%Y-%m-%d %H:%M:%S"', "rfc", "yaml_value_invalid", "rfc", 9),
    ("2018-01-01T00:00:00Z", "2018", "time_not_matching", "2018", 25),
    ("equals: 红", "equals: 红, empty: true", "yaml_value_invalid", "exactly one", 24),
    ("operator: op", "", "operator_unnamed", "", 2),
]


@pytest.mark.parametrize(("old", "new", "code", "word", "line"), CASES)
def test_typos(
    read: Read, refusal: Refusal, old: str, new: str, code: str, word: str, line: int
) -> None:
    assert old in FULL
    found = refusal(lambda: read("a.csv", ROWS.encode(), FULL.replace(old, new, 1)))
    assert found.code == code
    assert word in found.text()
    assert found.location is not None
    assert (found.location.file, found.location.line) == ("m.yaml", line)
    assert found.location.column is not None


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("c1,", "c1" * 101 + ",", "event_value_invalid"),
        (",红,7,", ",红,7.5,", "row_value_unconvertible"),
        (",红,7,", ",红,99999999999999999999,", "row_value_unconvertible"),
        ("0.5", "nan", "row_value_unconvertible"),
        (",是,", ",maybe,", "row_value_unconvertible"),
        (",红,", ",蓝,", "row_value_unmapped"),
        ("10:05:00", "24:05:00", "time_not_matching"),
        ("AB" * 32, "AB" * 31, "event_value_invalid"),
    ],
)
def test_bad_rows(read: Read, refusal: Refusal, old: str, new: str, code: str) -> None:
    found = refusal(lambda: read("a.csv", ROWS.replace(old, new, 1).encode(), FULL))
    assert found.code == code
    assert found.location is not None
    assert (found.location.file, found.location.line) == ("a.csv", 2)


def test_an_event_too_large(read: Read, refusal: Refusal) -> None:
    mapping = FULL.replace("{constant: hello}", "who")
    rows = ROWS.replace(",u1,", f",{'好' * 30_000},")
    found = refusal(lambda: read("a.csv", rows.encode(), mapping.replace("subject: who", "")))
    assert found.code == "event_too_large"


def test_operator_must_agree(read: Read, refusal: Refusal) -> None:
    found = refusal(lambda: read("a.csv", ROWS.encode(), FULL, operator="other"))
    assert found.code == "operator_differs"


def test_recorded_at_defaults(read: Read) -> None:
    mapping = "\n".join(x for x in FULL.splitlines() if "recorded_at" not in x)
    (event, *_) = read("a.csv", ROWS.encode(), mapping)
    assert event.recorded_at == event.occurred_at
    (event, *_) = read("a.csv", ROWS.encode(), mapping, now=1)
    assert event.recorded_at == 1


def _instant(read: Read, value: str, spec: str, head: str = "zone: Asia/Shanghai") -> str:
    mapping = (
        f"{head}\noperator: op\nevents:\n  - type: trial.seen\n"
        f"    occurred_at: {spec}\n    keys: {{content: id}}\n"
    )
    (event,) = read("t.csv", f'id,t,u\nc1,"{value}",10:30\n'.encode(), mapping)
    return format_instant(event.occurred_at)


@pytest.mark.parametrize(
    ("value", "spec", "expected"),
    [
        ("2017-08-20 10:05:00", "t", "2017-08-20T02:05:00.000000Z"),
        ("2017-08-20T10:05:00.1234560", "t", "2017-08-20T02:05:00.123456Z"),
        ("2017-08-20T10:05:00Z", "t", "2017-08-20T10:05:00.000000Z"),
        ("2017-08-20 10:05:00 +0230", "t", "2017-08-20T07:35:00.000000Z"),
        ("2017/8/2 1:05", '{column: t, format: ["%Y-%m-%d", "%Y/%m/%d %H:%M"]}',
         "2017-08-01T17:05:00.000000Z"),
        ("2017年8月2日", "{column: t, format: '%Y年%m月%d日'}", "2017-08-01T16:00:00.000000Z"),
        ("02 Aug 2017 03:04 PM", "{column: t, format: '%d %b %Y %I:%M %p'}",
         "2017-08-02T07:04:00.000000Z"),
        ("2017-08-02 10:00 +0100", "{column: t, format: '%Y-%m-%d %H:%M %z'}",
         "2017-08-02T09:00:00.000000Z"),
        ("1503194700", "{column: t, format: epoch_s}", "2017-08-20T02:05:00.000000Z"),
        ("1503194700.25", "{column: t, format: epoch_s}", "2017-08-20T02:05:00.250000Z"),
        ("-0.5", "{column: t, format: epoch_s}", "1969-12-31T23:59:59.500000Z"),
        ("1503194700123", "{column: t, format: epoch_ms}", "2017-08-20T02:05:00.123000Z"),
        ("42967.4201388889", "{column: t, format: excel}", "2017-08-20T02:05:00.000000Z"),
        ("2017-08-20", "{columns: [t, u]}", "2017-08-20T02:30:00.000000Z"),
    ],
)  # fmt: skip
def test_times(read: Read, value: str, spec: str, expected: str) -> None:
    assert _instant(read, value, spec) == expected


def test_a_time_without_zone_is_refused(read: Read, refusal: Refusal) -> None:
    found = refusal(lambda: _instant(read, "2017-08-20 10:05:00", "t", ""))
    assert (found.code, str(found.location)) == ("time_without_zone", "t.csv:2")
    assert "in the mapping or in operator.yaml" in found.advice()
    assert "映射" in found.advice("zh")


@pytest.mark.parametrize(
    ("value", "code", "earlier", "later"),
    [
        ("2017-10-29 02:30:00", "time_ambiguous", "T00:30", "T01:30"),
        ("2017-03-26 02:30:00", "time_skipped", "T00:30", "T01:30"),
    ],
)
def test_summer_time(
    read: Read, refusal: Refusal, value: str, code: str, earlier: str, later: str
) -> None:
    head = "zone: Europe/Paris"
    assert refusal(lambda: _instant(read, value, "t", head)).code == code
    assert earlier in _instant(read, value, "{column: t, fold: earlier}", head)
    assert later in _instant(read, value, "t", head + "\nfold: later")
    # An hour later nothing is unclear, and the offset of that day's morning no longer holds.
    assert _instant(read, value.replace("02:", "05:"), "t", head)


def test_several_mappings_in_one_file() -> None:
    text = "sources:\n" + "".join(
        f"  - file: {name}\n    events:\n      - {{type: trial.seen, occurred_at: t}}\n"
        for name in ("a.csv", "b.csv")
    )
    assert [p.mapping.file for p in load_mappings(text, "mapping.yaml")] == ["a.csv", "b.csv"]


def test_schemas_name_every_field() -> None:
    found = schemas()
    assert set(found) == {"mapping", "operator"}
    mapping = found["mapping"]["$defs"]["Mapping"]
    assert mapping["additionalProperties"] is False
    assert {"zone", "events", "covers", "null_values"} <= set(mapping["properties"])
    assert "records" in found["operator"]["$defs"]["OperatorForm"]["properties"]
