"""Event types: security incidents, from what happened to the summary filed."""

from typing import Literal

from lawkeep.model.facts.words import Number
from lawkeep.model.vocabulary import Fact, fact


@fact("incident.occurred", keys="incident, system", en="Incident occurred", zh="发生安全事件")
class IncidentOccurred(Fact, frozen=True):
    """An incident happened; nobody at the operator need know yet."""

    kind: str | None = None


@fact("incident.known", keys="incident, system", en="Incident known", zh="发现安全事件")
class IncidentKnown(Fact, frozen=True):
    """The operator learned of the incident: the clocks of reporting start here."""

    kind: str | None = None
    source: str | None = None


@fact("incident.measured", keys="incident", en="Incident measured", zh="测量事件影响")
class IncidentMeasured(Fact, frozen=True):
    """One measured effect. `indicator`: an id of the grading annex, whose unit `value` has.

    Source: CN-INCIDENT@2025-11-01, annex.
    """

    indicator: str | None = None
    value: Number | None = None
    scope: str | None = None


@fact("incident.graded", keys="incident", en="Incident graded", zh="事件定级")
class IncidentGraded(Fact, frozen=True):
    """The incident was given a level. A higher level later counts as new knowledge.

    `cii`, `state_body`: whether it struck such a system. EU: `significant` (NIS 2) and `risk` to
    persons (GDPR 33, 34).
    """

    level: Literal["general", "larger", "major", "especially_major"] | None = None
    cii: bool | None = None
    state_body: bool | None = None
    significant: bool | None = None
    risk: Literal["unlikely", "risk", "high"] | None = None


@fact("incident.plan_started", keys="incident", en="Emergency plan started", zh="启动应急预案")
class IncidentPlanStarted(Fact, frozen=True):
    """The emergency plan was put into action."""


@fact("incident.remedied", keys="incident", en="Incident remedied", zh="采取补救措施")
class IncidentRemedied(Fact, frozen=True):
    """Measures against the cause and the harm were taken."""


@fact("incident.reported", keys="incident", en="Incident reported", zh="报告安全事件")
class IncidentReported(Fact, frozen=True):
    """The incident was reported. `stage`: `only` where the law knows but one report.

    `items`: what the report states; `receipt`: the reference given by the recipient.
    """

    to: (
        Literal[
            "authority",
            "cac_provincial",
            "cac_body",
            "protection_department",
            "police",
            "industry_regulator",
            "csirt",
        ]
        | None
    ) = None
    stage: Literal["only", "early_warning", "notification", "intermediate", "final"] | None = None
    receipt: str | None = None
    items: list[str] | None = None


@fact("incident.persons_told", keys="incident", en="Persons told", zh="告知受影响者")
class IncidentPersonsTold(Fact, frozen=True):
    """The persons concerned were told of the incident."""


@fact("incident.crime_suspected", keys="incident", en="Crime suspected", zh="发现涉嫌犯罪")
class IncidentCrimeSuspected(Fact, frozen=True):
    """The incident looks like a crime, so that the police must be told."""


@fact("incident.police_told", keys="incident", en="Police told", zh="向公安机关报案")
class IncidentPoliceTold(Fact, frozen=True):
    """The public security organ was told of the suspected crime."""


@fact("incident.handling_closed", keys="incident", en="Handling closed", zh="事件处置结束")
class IncidentHandlingClosed(Fact, frozen=True):
    """Handling of the incident ended; the time for the summary starts."""


@fact("incident.summary_filed", keys="incident", en="Summary filed", zh="报送处置总结")
class IncidentSummaryFiled(Fact, frozen=True):
    """The summary of cause, handling, harm and lessons was filed."""
