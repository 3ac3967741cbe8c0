"""The event types against a table written by hand, and the check of an event."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect

from lawkeep.model.errors import LawkeepError
from lawkeep.model.event import encode
from lawkeep.model.time import format_instant, parse_instant
from lawkeep.model.vocabulary import DECLARED, Fact, Vocabulary, fact

# Types of one shape | keys, in parentheses the ones usually absent | data fields.
TABLE = """
operator.profiled | - | roles, since, jurisdictions, name_ref
records.covered | - | types, from, until, by
event.retracted | - | of, reason
circumstance.found | - | kind, amount, determined_by
identity.required | subject, service | form_version
identity.submitted | subject | document_kind, channel
identity.verified | subject (agent) | method, source, assurance, valid_until
identity.failed | subject | reason
identity.invalidated | subject | reason
identity.reverified | subject | result
identity.leak_suspected | incident | scope, persons
identity.record_deleted | subject | -
service.confirmed, service.started | subject, service (agent) | kind
service.limited, service.suspended, service.resumed, service.ended | subject, service | reason, functions
agent.authorised, agent.audited, agent.ended | agent | result, reason
fraud.flagged | subject (number) | source
fraud.lead_received, fraud.lead_passed_on | request | from, to
filing.submitted | filing, subject, domain | kind
filing.representative_verified | filing | method
filing.authority_proved | filing, subject | method
filing.domain_control_proved | filing, domain | method
filing.registrant_matched | filing, domain | result
filing.challenge_sent, filing.challenge_passed | filing | -
filing.returned | filing | field, reason, suggestion
filing.accepted | filing, domain, subject | number
filing.data_changed, filing.change_filed, filing.cancelled | filing, domain | fields, receipt
filing.false_known | filing | source
access.granted, access.withdrawn | domain (subject, filing) | reason
site.opened, site.closed, site.police_filed | domain (subject) | receipt
site.number_shown | domain (subject) | linked, marked
domain.registered, domain.expired, domain.registrant_changed | domain (subject) | -
domain.resolved | domain, stream | -
content.published | content (subject, service) | -
content.known_unlawful | content (subject) | class, source, determined_by, authority
content.known_undesirable | content | class, source, determined_by, authority
content.cleared | content | reason, determined_by
content.stopped, content.removed | content | scope
content.spread_blocked | content | fingerprint
content.republished | content, original (subject) | -
content.records_kept, content.records_deleted | content | items, until
content.reported | content | to, receipt
content.user_told | content (subject) | reasons, appeal
content.appealed, content.appeal_decided, content.restored | content (subject) | outcome
content.observed_online | content (domain) | by
complaint.received, complaint.answered | complaint (content, subject) | outcome
complaint_channel.opened, complaint_channel.closed | service | -
product.released, product.retired | product (release) | -
product.assessed | product or service (release) | kind, result
product.support_promised, product.support_ended | product | until
product.malware_found | product (release) | inserted_by
vulnerability.known | vulnerability, product or system (upstream) | role, source, severity, national_security
vulnerability.verified, vulnerability.remedy_started, vulnerability.fixed | vulnerability, product or system | version
vulnerability.users_told, vulnerability.upstream_told | vulnerability (product) | to
vulnerability.reported | vulnerability (product) | to, stage, receipt
vulnerability.exploited | vulnerability, product or system | -
vulnerability.disclosed | vulnerability | to, with_fix
vulnerability_channel.opened, vulnerability_channel.closed | product | -
data.rules_published | product | complete, items
data.consented, data.consent_withdrawn | subject (product) | purpose, fields, to
data.grounds_recorded | subject | purpose, ground
data.collected, data.used | subject or system (product, item) | purpose, fields, ground, class, persons, processing
data.disclosed | subject or product or item (agent, processor) | to, ground, fields, paid
data.entrusted | system | by, fields, class, persons
data.exposed, data.accessed_by_outsider | system (incident) | persons, cause
data.transfer_record_deleted | system | -
data.impact_assessed | product | -
data.deletion_requested, data.deleted | subject (item) | scope
data.processor_told | item, processor | -
data.information_requested, data.information_given | subject | -
system.started, system.retired | system | level, public
control.installed, control.removed | system | kind
stream.started, stream.retired | stream (system) | kind
log.kept, log.gap, log.deleted | stream (system) | from, to
rule.adopted, rule.withdrawn | - | kind, title
plan.adopted, plan.withdrawn | - | kind, title
officer.named, officer.left | - | role
drill.done, training.done | - | topic
check.done, check.missed | check | kind, result
grade.filed, grade.assessed | system | level, result
incident.occurred | incident, system | kind
incident.known | incident, system | kind, source
incident.measured | incident | indicator, value, scope
incident.graded | incident | level, cii, state_body, significant, risk
incident.plan_started, incident.remedied | incident | -
incident.reported | incident | to, stage, receipt, items
incident.persons_told, incident.crime_suspected, incident.police_told | incident | -
incident.handling_closed, incident.summary_filed | incident | -
number.assigned, number.released | number, subject | -
line.leased, line.returned | line, subject | -
card.sold | card, subject (device) | kind
card.risk_passed, card.bound | card, subject (device) | -
call.made, call.ended | call, number | claimed_ref, route, outcome, seconds
call.number_mismatched, call.blocked, call.traced | call, number | -
device.illegal_found, device.blocked, device.reported | device | to
authority.inspected, authority.interviewed, authority.obstructed | - | by
order.issued | order (content, domain, product) | kind, by, acts, due, duties
order.met, order.accepted | order (content) | result
assistance.requested, assistance.given | request | by, due
case.opened, case.closed | case | by
penalty.announced, hearing.requested, hearing.held | case, penalty | -
penalty.decided | penalty, case | by, measures, fine_entity, fine_persons
fine.paid | penalty | amount
finding.judged | - | finding, duty, state, reason, due_at, decided_at, evidence_ids, law
gate.decided, gate.failed_open | gate | answer, because, grant_sequence
grant.changed | grant | state, because
law.loaded | - | packs, policy
hold.placed, hold.released | case | scope, authority, review_at
subject.erased | subject | effective_at, basis, purposes, destroyed
ledger.recovered | - | from_size, witnesses
"""

# Fields that take one of a closed list of words.
WORDS = """
card.sold kind iot telephone
operator.profiled roles access domain telephony publishing messaging hosting app_store software site resolver cii state_body controller processor essential_entity important_entity manufacturer platform network
circumstance.found kind consequence serious severe especially_severe repeated no_fault self_discovered harm_averted gain
identity.verified assurance low substantial high
identity.failed reason refused forged other_person expired mismatch
identity.reverified result passed failed
service.confirmed kind access domain telephony publishing messaging hosting app_store software other
service.started kind access domain telephony publishing messaging hosting app_store software other
filing.submitted kind first access change
filing.registrant_matched result equal allowed different unknown stale
content.known_unlawful source own_screening complaint order court
content.known_undesirable source own_screening complaint order court
content.reported to authority police
product.assessed kind prelaunch periodic risk fraud_risk full
vulnerability.known role provider operator finder
vulnerability.reported to miit cac police csirt
vulnerability.disclosed to provider public abroad
data.collected class personal sensitive important
data.collected processing ordinary automated_decision entrusted provided published abroad
data.used class personal sensitive important
data.used processing ordinary automated_decision entrusted provided published abroad
data.entrusted class personal sensitive important
control.installed kind malware intrusion access encryption backup monitoring
control.removed kind malware intrusion access encryption backup monitoring
stream.started kind network access publish dns intake
stream.retired kind network access publish dns intake
rule.adopted kind security data personal_data content identity
rule.withdrawn kind security data personal_data content identity
plan.adopted kind incident
plan.withdrawn kind incident
officer.named role security data personal_data content
officer.left role security data personal_data content
drill.done topic security data personal_data content identity
training.done topic security data personal_data content identity
check.done kind identity content security data filing product cii
check.missed kind identity content security data filing product cii
incident.graded level general larger major especially_major
incident.graded risk unlikely risk high
incident.reported to authority cac_provincial cac_body protection_department police industry_regulator csirt
incident.reported stage only early_warning notification intermediate final
order.issued kind rectify content close_site information
finding.judged state met breached pending open withdrawn
grant.changed state granted grace suspended unknown
"""

TIMES = """
operator.profiled since
records.covered from until
identity.verified valid_until
content.records_kept until
content.records_deleted until
product.support_promised until
product.support_ended until
log.kept from to
log.gap from to
log.deleted from to
order.issued due
assistance.requested due
assistance.given due
finding.judged due_at decided_at
hold.placed review_at
hold.released review_at
subject.erased effective_at
"""


def table() -> dict[str, tuple[str, list[str]]]:
    rows: dict[str, tuple[str, list[str]]] = {}
    for line in TABLE.strip().splitlines():
        names, keys, fields = (part.strip() for part in line.split(" | "))
        for name in names.split(", "):
            shape = ("" if keys == "-" else keys, [] if fields == "-" else fields.split(", "))
            assert rows.setdefault(name, shape) is shape, f"{name} twice in the table"
    return rows


def closed_words(kind: inspect.Type) -> set[str]:
    match kind:
        case inspect.UnionType(types):
            return set().union(*(closed_words(one) for one in types))
        case inspect.ListType(item_type=item):
            return closed_words(item)
        case inspect.LiteralType(words):
            return {str(word) for word in words}
    return set()


def raw(name: str = "content.stopped", **changes: Any) -> dict[str, Any]:
    event = {
        "id": "e1",
        "type": name,
        "occurred_at": "2017-08-20T10:05:00+08:00",
        "operator": "audio",
        "keys": {"content": "c1"},
        "data": {},
    }
    return event | changes


def refusal(vocabulary: Vocabulary, event: dict[str, Any]) -> LawkeepError:
    with pytest.raises(LawkeepError) as caught:
        vocabulary.event(event)
    return caught.value


def test_types_are_those_of_the_table(vocabulary: Vocabulary) -> None:
    declared = {n: (kind.keys_text, list(kind.fields)) for n, kind in vocabulary.types.items()}
    assert declared == table()
    assert len(declared) == 173


def test_closed_lists_of_words(vocabulary: Vocabulary) -> None:
    declared = {}
    for name, kind in vocabulary.types.items():
        info = inspect.type_info(kind.data)
        assert isinstance(info, inspect.StructType)
        for one in info.fields:
            if words := closed_words(one.type):
                declared[name, one.encode_name] = words
    rows = [line.split() for line in WORDS.strip().splitlines()]
    assert declared == {(row[0], row[1]): set(row[2:]) for row in rows}


def test_fields_that_hold_an_instant(vocabulary: Vocabulary) -> None:
    declared = {name: kind.times for name, kind in vocabulary.types.items() if kind.times}
    rows = [line.split() for line in TIMES.strip().splitlines()]
    assert declared == {row[0]: set(row[1:]) for row in rows}


def test_every_type_is_described_and_titled_for_itself(vocabulary: Vocabulary) -> None:
    kinds = list(vocabulary.types.values())
    assert all(kind.doc.rstrip().endswith(".") for kind in kinds)
    # A class inherits no docstring, so one text for two types means a copied sentence.
    for texts in (
        [kind.doc for kind in kinds],
        [kind.title["en"] for kind in kinds],
        [kind.title["zh"] for kind in kinds],
    ):
        assert sorted({text for text in texts if texts.count(text) > 1}) == []
    assert all(len(kind.title["en"]) <= 32 and len(kind.title["zh"]) <= 16 for kind in kinds)
    assert all(any("\u4e00" <= c <= "\u9fff" for c in kind.title["zh"]) for kind in kinds)


def test_a_type_is_declared_once() -> None:
    class Other(Fact, frozen=True):
        """Something else."""

    with pytest.raises(ValueError, match="declared twice"):
        fact("content.stopped", en="Again", zh="再次")(Other)
    with pytest.raises(ValueError, match="unknown kind of key"):
        fact("content.tasted", keys="contents", en="Tasted", zh="品尝")(Other)
    assert "content.tasted" not in DECLARED


@given(data=st.data())
def test_an_event_survives_its_own_bytes(
    data: st.DataObject, vocabulary: Vocabulary, raw_events: st.SearchStrategy[dict[str, Any]]
) -> None:
    sent = data.draw(raw_events)
    event = vocabulary.event(sent)
    stored = encode(event)
    again = vocabulary.event(json.loads(stored))
    assert again == event
    assert encode(again) == stored
    assert event.occurred_at == parse_instant(sent["occurred_at"])
    given_fields = {name: value for name, value in sent["data"].items() if value is not None}
    assert event.data.keys() == given_fields.keys()
    for name, value in given_fields.items():
        timed = name in vocabulary[event.type].times
        assert event.data[name] == (format_instant(parse_instant(value)) if timed else value)
    typed = vocabulary.typed(event)
    assert isinstance(typed, vocabulary[event.type].data)


@given(data=st.data())
def test_what_is_not_an_event_is_refused_by_name(
    data: st.DataObject, vocabulary: Vocabulary, raw_events: st.SearchStrategy[dict[str, Any]]
) -> None:
    sent = data.draw(raw_events)
    where = data.draw(st.sampled_from(sorted(sent)))
    junk = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    )
    problem = None
    try:
        event = vocabulary.event(sent | {where: data.draw(junk)})
    except LawkeepError as refused:
        problem = refused
    if problem is None:
        assert vocabulary.event(json.loads(encode(event))) == event
    else:
        assert problem.text("zh")
        assert problem.advice("en")


@pytest.mark.parametrize(
    ("change", "code", "near"),
    [
        ({"type": "content.stoped"}, "event_type_unknown", "content.stopped"),
        ({"type": "Content.Stopped"}, "event_type_unknown", None),
        ({"data": {"scoop": "all"}}, "event_field_unknown", "scope"),
        ({"keys": {"contents": "c1"}}, "event_key_unknown", "content"),
        ({"occured_at": "2017-08-20T10:05:00+08:00"}, "event_field_unknown", "occurred_at"),
        ({"zzzz": 1}, "event_field_unknown", None),
    ],
)
def test_near_misses_are_named(
    vocabulary: Vocabulary, change: dict[str, Any], code: str, near: str | None
) -> None:
    problem = refusal(vocabulary, raw() | change)
    assert problem.code == code
    assert (f"Did you mean “{near}”?" in problem.text()) == (near is not None)
    assert (f"是否为“{near}”" in problem.text("zh")) == (near is not None)


def test_times_inside_the_data_become_canonical(vocabulary: Vocabulary) -> None:
    sent = raw("content.records_kept", data={"until": "2017-10-20T00:00:00+08:00"})
    assert vocabulary.event(sent).data == {"until": "2017-10-19T16:00:00.000000Z"}
    sent["data"] = {"until": "2017-10-20T00:00:00"}
    assert refusal(vocabulary, sent).code == "time_without_zone"
    sent["data"] = {"until": "2017-10-20"}
    assert refusal(vocabulary, sent).code == "time_malformed"


def test_a_field_named_from_holds_a_time_for_logs_and_a_name_for_leads(
    vocabulary: Vocabulary,
) -> None:
    log = raw("log.kept", keys={"stream": "s"}, data={"from": "2017-06-01T00:00:00Z"})
    assert vocabulary.event(log).data == {"from": "2017-06-01T00:00:00.000000Z"}
    lead = raw("fraud.lead_received", keys={"request": "r"}, data={"from": "hotline"})
    assert vocabulary.event(lead).data == {"from": "hotline"}
    with_attribute = raw("log.kept", keys={"stream": "s"}, data={"from_": "2017-06-01T00:00:00Z"})
    assert refusal(vocabulary, with_attribute).code == "event_field_unknown"


def test_null_is_the_same_as_left_out(vocabulary: Vocabulary) -> None:
    nulls = dict.fromkeys(("evidence", "actor", "source", "corrects", "recorded_at"))
    sent = raw("records.covered", keys=None, data={"from": None, "types": ["content.*"]}, **nulls)
    event = vocabulary.event(sent)
    assert event.data == {"types": ["content.*"]}
    assert (event.keys, event.evidence, event.actor) == ({}, (), None)


def test_recorded_at_defaults_to_now_or_to_when_it_happened(vocabulary: Vocabulary) -> None:
    happened = parse_instant("2017-08-20T02:05:00Z")
    assert vocabulary.event(raw()).recorded_at == happened
    assert vocabulary.event(raw(), now=happened + 7).recorded_at == happened + 7
    given_time = raw(recorded_at="2017-08-20T02:06:00Z")
    assert vocabulary.event(given_time, now=happened + 7).recorded_at == happened + 60_000_000


def test_keys(vocabulary: Vocabulary) -> None:
    missing = refusal(vocabulary, raw(keys={"subject": "s1"}))
    assert missing.code == "event_keys_missing"
    assert "(content)" in missing.text()
    both = raw("vulnerability.fixed", keys={"product": "p", "system": "s", "vulnerability": "v"})
    assert refusal(vocabulary, both).code == "event_keys_ambiguous"
    for name in ("product", "system"):
        one = raw("vulnerability.fixed", keys={name: "p", "vulnerability": "v"})
        assert vocabulary.event(one).keys[name] == "p"
    # Types without keys of their own are about whatever they name.
    assert vocabulary.event(raw("circumstance.found", keys={"incident": "i"})).keys
    assert vocabulary.event(raw("operator.profiled", keys={})).keys == {}


@pytest.mark.parametrize(
    ("change", "fits"),
    [
        ({"id": "x" * 128}, True),
        ({"id": "x" * 129}, False),
        ({"id": ""}, False),
        ({"keys": {"content": "钥" * 200}}, True),
        ({"keys": {"content": "x" * 201}}, False),
        ({"keys": {"content": ""}}, False),
        ({"operator": ""}, False),
        ({"actor": "x" * 1001}, False),
        ({"id": "a\x00b"}, False),
        ({"keys": {"content": "a\x00"}}, False),
        ({"source": "a\x00"}, False),
        ({"data": {"scope": "a\x00b"}}, False),
        ({"data": {"scope": "a\\u0000b"}}, True),
        ({"data": {"scope": "\ud800"}}, False),
        ({"keys": {"content": "\udfff"}}, False),
        ({"evidence": ["sha256:" + "a" * 64]}, True),
        ({"evidence": ["sha256:" + "A" * 64]}, False),
        ({"evidence": ["sha256:" + "a" * 63]}, False),
        ({"evidence": ["md5:" + "a" * 32]}, False),
        ({"occurred_at": 1_500_000_000}, False),
        ({"occurred_at": None}, False),
        ({"keys": {"content": 5}}, False),
        ({"data": []}, False),
        ({"type": None}, False),
    ],
)
def test_limits_of_the_envelope(vocabulary: Vocabulary, change: dict[str, Any], fits: bool) -> None:
    if fits:
        assert vocabulary.event(raw() | change).type == "content.stopped"
    else:
        assert refusal(vocabulary, raw() | change).code == "event_value_invalid"


@pytest.mark.parametrize(
    ("name", "data", "fits"),
    [
        ("incident.measured", {"value": 5}, True),
        ("incident.measured", {"value": 0.25}, True),
        ("incident.measured", {"value": float("nan")}, False),
        ("incident.measured", {"value": float("inf")}, False),
        ("incident.measured", {"value": -1}, False),
        ("incident.measured", {"value": True}, False),
        ("incident.measured", {"value": 10**30}, False),
        ("incident.measured", {"value": "5"}, False),
        ("data.exposed", {"persons": 3}, True),
        ("data.exposed", {"persons": 3.5}, False),
        ("data.exposed", {"persons": -3}, False),
        ("grade.filed", {"level": 3}, True),
        ("grade.filed", {"level": 6}, False),
        ("incident.graded", {"level": "major"}, True),
        ("incident.graded", {"level": "grave"}, False),
        ("operator.profiled", {"roles": ["publishing", "site"]}, True),
        ("operator.profiled", {"roles": ["publisher"]}, False),
        ("operator.profiled", {"roles": "publishing"}, False),
        ("finding.judged", {"law": {"cn": "sha256"}}, True),
        ("finding.judged", {"law": {"cn": 5}}, False),
        ("site.number_shown", {"linked": "yes"}, False),
    ],
)
def test_values_of_the_fields(
    vocabulary: Vocabulary, name: str, data: dict[str, Any], fits: bool
) -> None:
    keys = {"incident": "i", "system": "s", "domain": "d"}
    sent = raw(name, keys=keys, data=data)
    if fits:
        assert vocabulary.event(sent).data == data
    else:
        problem = refusal(vocabulary, sent)
        assert problem.code == "event_value_invalid"
        assert next(iter(data)) in problem.text()


def test_an_event_has_at_most_65535_bytes(vocabulary: Vocabulary) -> None:
    bare = len(encode(vocabulary.event(raw(data={"scope": ""}))))
    full = raw(data={"scope": "x" * (65_535 - bare)})
    assert len(encode(vocabulary.event(full))) == 65_535
    full["data"]["scope"] += "x"
    assert refusal(vocabulary, full).code == "event_too_large"


def test_a_long_unknown_name_costs_little(vocabulary: Vocabulary) -> None:
    started = time.process_time()
    problem = refusal(vocabulary, raw("content." + "x" * 1_000_000))
    assert time.process_time() - started < 2
    assert len(str(problem)) < 1000


def test_patterns_of_types(vocabulary: Vocabulary) -> None:
    assert len(vocabulary.matching("*")) == 173
    assert vocabulary.matching("complaint_channel.*") == [
        "complaint_channel.opened",
        "complaint_channel.closed",
    ]
    assert vocabulary.matching("content.stopped") == ["content.stopped"]
    for pattern in ("contents.*", "content.stop", "content", ""):
        with pytest.raises(LawkeepError) as caught:
            vocabulary.matching(pattern)
        assert caught.value.code == "event_type_unknown"
