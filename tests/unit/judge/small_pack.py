"""A small law pack written to a folder: two editions of a law, a rule below it, six duties."""

from pathlib import Path

PACK = """
pack: small
version: "1"
title: {zh: 小, en: small}
jurisdiction: CN
zone: Asia/Shanghai
procedure: PROCEDURE
disclaimer: {zh: 测试, en: for tests}
"""

INSTRUMENTS = """
instruments:
  - id: LAW
    short: {zh: 法, en: Law}
    rank: law
    source: made for this test
    editions:
      - {effective: 2017-06-01, expires: 2025-12-31, title: {zh: 旧, en: old}}
      - {effective: 2026-01-01, title: {zh: 新, en: new}}
  - id: RULE
    short: {zh: 规, en: Rule}
    rank: departmental_rule
    source: made for this test
    editions:
      - {effective: 2013-09-01, expires: 2023-12-31, title: {zh: 旧, en: old}}
      - {effective: 2024-01-01, title: {zh: 新, en: new}}
"""

SANCTIONS = """
rows:
  - {row: A1, law: LAW@2017-06-01, article: "1", tier: 1, opens: [breach], must: [warn], authority: a, status: verified}
  - {row: A2, law: LAW@2017-06-01, article: "1", tier: 2, opens: [refusal, consequence], must: [fine], fine_entity: {min: 100, max: 500}, authority: a, status: verified}
  - {row: A3, law: LAW@2017-06-01, article: "1", tier: 2, opens: [serious], must: [fine], fine_entity: {min: 100, max: 900}, authority: a, status: verified}
  - {row: B1, law: LAW@2026-01-01, article: "2", tier: 1, opens: [breach], must: [warn], may: [fine], fine_entity: {min: 50, max: 500}, authority: a, status: verified}
  - {row: B2, law: LAW@2026-01-01, article: "2", tier: 2, opens: [refusal, consequence], must: [fine], fine_entity: {min: 500, max: 2000}, authority: a, status: verified}
  - {row: B3, law: LAW@2026-01-01, article: "2", tier: 3, opens: [especially_severe], must: [fine], fine_entity: {min: 2000, max: 9000}, authority: a, status: verified}
  - {row: D1, law: LAW@2026-01-01, article: "3", tier: 1, opens: [breach], must: [fine], fine_entity: {min: 1, max: 9}, authority: a, status: draft}
  - {row: G0, law: LAW@2017-06-01, article: "4", tier: 1, opens: [breach], must: [fine], fine_entity: {max: 1000}, gain_below: 100, authority: a, status: verified}
  - {row: G1, law: LAW@2017-06-01, article: "4", tier: 1, opens: [breach], must: [fine], fine_entity: {of_gain: [1, 5]}, gain_from: 100, authority: a, status: verified}
  - {row: R1, law: RULE@2013-09-01, article: "5", tier: 1, opens: [breach], must: [warn, fine], fine_entity: {min: 10, max: 30}, authority: a, status: verified}
  - {row: R2, law: RULE@2024-01-01, article: "5", tier: 1, opens: [breach], must: [warn], authority: a, status: substance, caveats: [not-seen]}
  - {row: R3, law: RULE@2024-01-01, article: "5", tier: 2, opens: [refusal], must: [fine], fine_entity: {min: 10, max: 30}, authority: a, status: substance, caveats: [not-seen]}
"""

DIVISIONS = "divisions:\n  CN-SX: {zh: 山西, en: Shanxi}\n  CN-GD: {zh: 广东, en: Guangdong}\n"

CAVEATS = "caveats:\n  not-seen: {zh: 未见原文, en: the text was not seen}\n"

POLICY = "policy:\n  stop: {met_within: PT1H, breached_after: PT24H, source: ours}\n"

DISCRETION = """
discretion:
  - {id: X1, row: A2, authority: police, place: CN-SX, effective: 2018-01-17, step: "2", circumstances: [refusal], fine_entity: {min: 100, max: 250}, status: verified, source: made for this test}
  - {id: X2, row: "*", authority: a, place: CN, effective: 2016-01-01, step: {zh: 甲, en: first}, circumstances: [{zh: 无, en: none}], status: verified, source: made for this test}
  - {id: X3, row: "*", authority: a, place: CN, effective: 2016-01-01, expires: 2016-12-31, step: "1", circumstances: [none], status: verified, source: made for this test}
  - {id: X4, row: "*", authority: a, place: CN, effective: 2016-01-01, step: "2", circumstances: [none], status: draft, source: made for this test}
  - {id: X5, row: "*", authority: a, place: CN, effective: 2018-06-01, step: "3", circumstances: [none], status: substance, source: made for this test}
"""

_DUTY = """
duty: NAME
code: CODE
title: {zh: 义务, en: duty NAME}
summary: {zh: 义务, en: duty NAME}
applies_to: [network]
cites:
  - {law: LAW@2017-06-01, article: "9", status: verified}
  - {law: LAW@2026-01-01, article: "9", status: verified}
examples: {met: 2020-01-01 00:00 site.opened domain=d1, breached: 2020-01-01 00:00 site.opened domain=d1}
"""

DUTIES = {
    "stop": """
pattern: response
after: content.known_unlawful
must: content.stopped
same: content
within: immediately
policy: stop
number: policy
act: [content]
sanctions: {LAW@2017-06-01: [A1, A2, A3], LAW@2026-01-01: [B1, B2, B3, D1]}
""",
    "keep": """
pattern: response
after: content.known_unlawful
must: content.records_kept
same: content
within: P2D
number: text
act: [content]
sanctions: {LAW@2017-06-01: [A1, A2], LAW@2026-01-01: [B1, B2, B3]}
""",
    "report": """
pattern: response
after: content.known_unlawful
must: content.reported
same: content
within: P2D
number: text
act: [content]
sanctions: {LAW@2017-06-01: [], LAW@2026-01-01: [B1]}
""",
    "identify": """
pattern: precedence
before: service.started
must: identity.verified
same: subject
act: [subject, service]
sanctions: {LAW@2017-06-01: [A1, A3], RULE@2013-09-01: [R1], RULE@2024-01-01: [R2, R3]}
""",
    "remedy": """
pattern: response
after: vulnerability.known
must: vulnerability.fixed
same: [vulnerability, product|system]
within: P15D
number: text
act: [product|system, vulnerability]
sanctions: {LAW@2017-06-01: [A1, A2], LAW@2026-01-01: [B1, B2]}
""",
    "disclose": """
pattern: prohibition
never: {event: vulnerability.disclosed, where: {to: public}}
same: vulnerability
act: [vulnerability]
sanctions: {LAW@2017-06-01: [G0, G1], LAW@2026-01-01: [B1]}
""",
    "guard": """
pattern: existence
while: running
must: {event: control.installed, undone_by: control.removed}
same: [system]
within: end of day
number: text
act: [system]
sanctions: {LAW@2017-06-01: [A1, A2], LAW@2026-01-01: [B1, B2]}
""",
    "plan": """
pattern: existence
while: role
must: {event: plan.adopted, undone_by: plan.withdrawn}
within: P30D
number: text
act: duty
sanctions: {LAW@2017-06-01: [A1, A3], LAW@2026-01-01: [B1]}
""",
}

STATES = """
states:
  running: {begins: system.started, ends: system.retired, same: [system], title: {zh: 运行, en: running}}
"""


def write(folder: Path, *, procedure: str = "cn") -> Path:
    """The pack as files."""
    (folder / "duties").mkdir(parents=True)
    texts = {
        "pack": PACK.replace("PROCEDURE", procedure),
        "instruments": INSTRUMENTS,
        "sanctions": SANCTIONS,
        "caveats": CAVEATS,
        "policy": POLICY,
        "states": STATES,
        "discretion": DISCRETION,
        "divisions": DIVISIONS,
    }
    for number, (name, text) in enumerate(DUTIES.items(), 1):
        head = _DUTY.replace("NAME", name).replace("CODE", f"T-{number}")
        texts[f"duties/{name}"] = head + text
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder
