"""The single questions behind a finding: is the duty in force, has the operator the role, are the
records complete, does this record open the duty. Each answer in both languages."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from lawkeep.judge.form import Condition, Form, Pick, legs_of, types_of
from lawkeep.judge.knowledge import Known
from lawkeep.judge.reference import holds_at, trigger_types
from lawkeep.judge.trigger import obligations
from lawkeep.judge.world import World, holds
from lawkeep.model.finding import Finding, Text
from lawkeep.model.time import EARLIEST, LATEST, format_local

Span = tuple[int, int]


class Check(msgspec.Struct, frozen=True):
    """One question. `holds`: yes, no, or only in part (None)."""

    check: str
    holds: bool | None
    text: Text


class Trigger(msgspec.Struct, frozen=True):
    """A record that could open the duty, and whether it does."""

    event: str
    type: str
    at: int
    keys: dict[str, str]
    counts: bool
    why: Text


def check_force(world: World, form: Form, drafts: bool) -> Check:
    """Whether the duty is in force by the date, from which citations."""
    spans = [s for s in _law(world, form, drafts) if s[0] <= world.as_of]
    if spans:
        told = _spans(spans, world)
        return Check(
            "in_force", True, Text(zh=f"义务施行期间：{told.zh}", en=f"In force {told.en}")
        )
    if not drafts and _law(world, form, True):
        return Check(
            "in_force",
            False,
            Text(
                zh="该义务所引条文均为草稿状态，未启用（--drafts 可启用）",
                en="All its citations are drafts, which are off (--drafts switches them on)",
            ),
        )
    return Check("in_force", False, Text(zh="截至该日尚未施行", en="Not in force by that date"))


def _law(world: World, form: Form, drafts: bool) -> list[Span]:
    return [(s, LATEST if e is None else e) for s, e in world.pack.spans_of(form.duty, drafts)]


def check_role(world: World, form: Form) -> Check:
    """Whether the operator has a role that the duty applies to."""
    roles = ", ".join(form.duty.applies_to)
    spans = world.role_spans(form.duty.applies_to)
    if spans:
        told = _spans(spans, world)
        return Check(
            "role",
            True,
            Text(
                zh=f"具有适用身份（{roles}）：{told.zh}",
                en=f"Has a role it applies to ({roles}) {told.en}",
            ),
        )
    own = sorted({r for p in world.knowledge.profiles for r in p.roles})
    mine = ", ".join(own) or "-"
    return Check(
        "role",
        False,
        Text(
            zh=f"不适用：义务适用于 {roles}，运营者的身份为 {mine}",
            en=f"Does not apply: it is for {roles}, and the operator is {mine}",
        ),
    )


def check_coverage(world: World, form: Form, findings: Sequence[Finding]) -> Iterator[Check]:
    """Whether the records that open it and those that would show it are declared complete."""
    asked = [("trigger_records", name) for name in trigger_types(world, form)]
    legs = [leg for d in form.demands for leg in legs_of(d)] + list(form.chain)
    picks: list[Pick] = [leg.pick for leg in legs] + list(form.unless)
    asked += [("demand_records", name) for name in types_of(picks)]
    for check, name in dict.fromkeys(asked):
        spans = world.knowledge.covered_spans(name)
        if not spans:
            yield Check(
                check,
                False,
                Text(
                    zh=f"{name} 的记录未声明完整", en=f"Records of {name} are not declared complete"
                ),
            )
            continue
        told = _spans(spans, world)
        whole = all(_within(spans, f, world.as_of) for f in findings)
        yield Check(
            check,
            True if whole else None,
            Text(
                zh=f"{name} 的记录完整：{told.zh}" + ("" if whole else "（未覆盖所需的全部期间）"),
                en=f"Records of {name} are complete {told.en}"
                + ("" if whole else ", which is not the whole time that matters"),
            ),
        )


def _within(spans: list[Span], finding: Finding, as_of: int) -> bool:
    due = finding.due_at if finding.due_at is not None else finding.trigger
    start, end = min(finding.trigger, due), min(max(finding.trigger, due), as_of)
    return any(s <= start and end <= e for s, e in spans)


def check_triggers(world: World, form: Form, drafts: bool) -> Iterator[Trigger]:
    """Every record of the types that open the duty, and why each one does or does not."""
    if form.triggers:
        picks = form.triggers
        counted = {o.trigger.origin for o in obligations(world, form)}
    else:
        name = form.duty.while_
        if name in (None, "role"):
            return
        picks = world.state_form(str(name)).begins
        counted = {e.origin for e in world.select(picks)}
    for kind in types_of(picks):
        for event in world.by_type.get(kind, ()):
            why = _why_not(world, form, picks, event, drafts, event.origin in counted)
            counts = why is None
            yield Trigger(
                event.id,
                event.type,
                event.t,
                event.keys,
                counts,
                why or Text(zh="引起该义务", en="opens the duty"),
            )


def _why_not(
    world: World, form: Form, picks: Iterable[Pick], event: Known, drafts: bool, counted: bool
) -> Text | None:
    fitting = [p for p in picks if event.type in p.types]
    if not any(holds(p.where, event) for p in fitting):
        told = "; ".join(_condition(c) for p in fitting for c in p.where if not holds((c,), event))
        return Text(zh=f"不符合条件：{told}", en=f"does not fit: {told}")
    standing = not form.triggers
    if not standing and not any(s <= event.t <= e for s, e in _law(world, form, drafts)):
        return Text(zh="发生时义务尚未施行", en="the duty was not in force then")
    if not standing and not holds_at(world, form, event.t, drafts):
        start = form.known_by is not None and counted
        if not start:
            return Text(zh="当时不具有适用身份", en="the operator did not have the role then")
    if counted:
        return None
    if form.known_by is not None and not _known(world, form, event):
        return Text(
            zh=f"尚无知悉记录（{', '.join(form.known_by.types)}）",
            en=f"no record that it was known ({', '.join(form.known_by.types)})",
        )
    return Text(
        zh="对其他记录的条件不满足（given、occurrence 或 for_each）",
        en="a condition on other records does not hold (given, occurrence or for_each)",
    )


def _known(world: World, form: Form, event: Known) -> bool:
    assert form.known_by is not None
    return any(
        other.keys.get(name) == event.keys.get(name) is not None
        for other in world.select((form.known_by,))
        for name in form.known_keys
    )


_OPS = {"in": "=", "not_in": "≠", "gte": "≥", "lte": "≤", "has": "∋"}


def _condition(condition: Condition) -> str:
    name = f"key.{condition.name}" if condition.space == "key" else condition.name
    if condition.op == "null":
        return f"{name} {'=' if condition.value else '≠'} null"
    value = condition.value
    shown = "|".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
    return f"{name} {_OPS.get(condition.op, condition.op)} {shown}"


def _spans(spans: Iterable[Span], world: World) -> Text:
    zh, en = [], []
    for start, end in spans:
        first = None if start <= EARLIEST else format_local(start, world.calendar.zone)[:16]
        last = None if end >= LATEST else format_local(end, world.calendar.zone)[:16]
        first, last = (t and t.replace("T", " ") for t in (first, last))
        if first is None and last is None:
            zh.append("始终")
            en.append("always")
        else:
            zh.append(f"{first or '始终'} 起" + (f"至 {last}" if last else ""))
            en.append(
                " ".join(
                    p
                    for p in (f"from {first}" if first else "", f"until {last}" if last else "")
                    if p
                )
            )
    return Text(zh="、".join(zh), en=", ".join(en))
