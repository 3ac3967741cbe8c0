"""A first operator.yaml: for the roles chosen, which records their duties need."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import get_args

import msgspec

import lawkeep.app.errors  # noqa: F401  (registers the codes of this room)
from lawkeep.judge.form import compile_duty, compile_states, legs_of, types_of
from lawkeep.law.duty import Duty
from lawkeep.law.pack import Pack
from lawkeep.model.errors import declare, error
from lawkeep.model.facts.words import Role
from lawkeep.model.vocabulary import Vocabulary, nearest

declare(
    "role_unknown",
    "“{name}” is not a role of an operator.{near_en}",
    "“{name}”不是运营者的身份。{near_zh}",
    "The roles are: {roles}.",
    "可用的身份：{roles}。",
)

ROLES: tuple[str, ...] = get_args(Role)


def check_roles(roles: Sequence[str]) -> None:
    """Every name is a role. Error: `role_unknown`."""
    for name in roles:
        if name not in ROLES:
            raise error("role_unknown", name=name, roles=", ".join(ROLES), **nearest(name, ROLES))


def types_needed(duty: Duty, pack: Pack) -> tuple[str, ...]:
    """The event types whose records a duty is judged by: what opens it and what it demands."""
    form = compile_duty(duty, pack)
    states = compile_states(pack)
    names = list(types_of(form.triggers))
    if duty.while_ in states:
        state = states[str(duty.while_)]
        names += types_of(state.begins) + types_of(state.ends)
    for leg in [leg for d in form.demands for leg in legs_of(d)] + list(form.chain):
        names += types_of((leg.pick, *leg.undone_by))
    names += types_of(form.unless)
    if form.known_by is not None:
        names += form.known_by.types
    return tuple(dict.fromkeys(names))


def main_types(duties: Sequence[Duty], roles: Sequence[str], pack: Pack) -> list[str]:
    """The event type that opens most of what is asked of these roles, and what answers it first.

    A duty that binds few roles says more about each of them, so it weighs more.
    """
    weight: defaultdict[str, float] = defaultdict(float)
    answers: dict[str, str] = {}
    for duty in duties:
        form = compile_duty(duty, pack)
        share = len({*roles} & set(duty.applies_to)) / len(duty.applies_to)
        demands = types_of(leg.pick for d in form.demands for leg in legs_of(d))
        for name in types_of(form.triggers):
            weight[name] += share
            if demands:
                answers.setdefault(name, demands[0])
    if not weight:
        return []
    first = min(weight, key=lambda name: (-weight[name], name))
    return [name for name in (first, answers.get(first)) if name]


def draft_operator(
    operator: str,
    roles: Sequence[str],
    pack: Pack,
    vocabulary: Vocabulary,
    *,
    today: date,
    drafts: bool = False,
) -> str:
    """operator.yaml with comments: per event type the codes of the duties that need it."""
    check_roles(roles)
    wanted = {*roles, "network"}
    now = pack.calendar.day_end(today)
    needed: defaultdict[str, list[str]] = defaultdict(list)
    duties: list[Duty] = []
    for duty in pack.duties:
        if wanted & set(duty.applies_to) and pack.cites_at(duty, now, drafts):
            duties.append(duty)
            for name in types_needed(duty, pack):
                if duty.code not in needed[name]:
                    needed[name].append(duty.code)
    order = [name for name in vocabulary.types if name in needed]
    main = main_types(duties, roles, pack) or order[:2]
    width = max((len(name) for name in order), default=0)
    lines = [
        "# Who this operator is, and what its records cover. Every line may be changed.",
        "# 运营者是谁，其记录覆盖哪些事项。每一行都可以修改。",
        f"operator: {_quoted(operator)}   # an opaque id; it stands in every event",
        "# name: {zh: ..., en: ...}       # for screens and reports alone, never in an event",
        f"roles: [{', '.join(roles)}]",
        f"jurisdictions: [{pack.head.jurisdiction.lower()}]",
        f"zone: {pack.head.zone}            # of the clock readings in the records, and of days here",
        "# since: 2020-01-01              # first day of these roles; without it: always",
        "# services:",
        f"#   - {{id: main, kind: {roles[0]}}}",
        "",
        "# Records that are complete. What is not there did not happen: only such a statement makes",
        "# silence count. A duty whose records are not named here is listed as a gap, not as met.",
        "# 声明哪些记录完整。只有声明完整，没有记录才意味着没有发生。",
        "records: []",
        "# For example:",
        "# records:",
        f"#   - types: [{', '.join(main)}]",
        f"#     from: {today.year}-01-01",
        "#     by: name of the system that keeps them",
        "",
        f"# What the duties of {', '.join(roles)} need, as of {today}, and which duties need it:",
    ]
    lines += [f"#   {name:<{width}}  {' '.join(needed[name])}" for name in order]
    lines += [
        "#",
        "# What a duty says: lawkeep law show CODE. Keys and fields of a type: lawkeep events schema",
        "# TYPE. A draft mapping for a file of another system: lawkeep ingest sniff FILE.",
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return msgspec.json.encode(text).decode()
