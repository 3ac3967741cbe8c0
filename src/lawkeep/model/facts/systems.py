"""Event types: systems and their protection, logs, rules, plans, officers, checks, grades."""

from typing import Literal

from msgspec import field

from lawkeep.model.facts.words import ProtectionLevel, Topic
from lawkeep.model.vocabulary import Fact, Time, fact


class _System(Fact, frozen=True):
    level: ProtectionLevel | None = None
    public: bool | None = None


@fact("system.started", keys="system", en="System started", zh="系统上线")
class SystemStarted(_System, frozen=True):
    """A system went into operation. `level`: graded protection; `public`: reachable by anyone."""


@fact("system.retired", keys="system", en="System retired", zh="系统下线")
class SystemRetired(_System, frozen=True):
    """A system went out of operation."""


class _Control(Fact, frozen=True):
    kind: Literal["malware", "intrusion", "access", "encryption", "backup", "monitoring"] | None = (
        None
    )


@fact("control.installed", keys="system", en="Safeguard installed", zh="部署安全措施")
class ControlInstalled(_Control, frozen=True):
    """A technical safeguard of this kind works on the system (CN-CSL@2017-06-01 21)."""


@fact("control.removed", keys="system", en="Safeguard removed", zh="移除安全措施")
class ControlRemoved(_Control, frozen=True):
    """A technical safeguard of this kind no longer works on the system."""


class _Stream(Fact, frozen=True):
    kind: Literal["network", "access", "publish", "dns", "intake"] | None = None


@fact("stream.started", keys="stream (system)", en="Log stream started", zh="日志流开始")
class StreamStarted(_Stream, frozen=True):
    """A stream of logs of this kind began, so that logs of it must be there from now on."""


@fact("stream.retired", keys="stream (system)", en="Log stream retired", zh="日志流停用")
class StreamRetired(_Stream, frozen=True):
    """A stream of logs ended for good."""


class _Span(Fact, frozen=True):
    from_: Time | None = field(default=None, name="from")
    to: Time | None = None


@fact("log.kept", keys="stream (system)", en="Logs kept", zh="留存日志")
class LogKept(_Span, frozen=True):
    """Logs of the stream from `from` to `to` are stored."""


@fact("log.gap", keys="stream (system)", en="Log gap", zh="日志缺失")
class LogGap(_Span, frozen=True):
    """Logs of the stream from `from` to `to` are missing."""


@fact("log.deleted", keys="stream (system)", en="Logs deleted", zh="删除日志")
class LogDeleted(_Span, frozen=True):
    """Logs of the stream from `from` to `to` were deleted."""


class _Rule(Fact, frozen=True):
    kind: Topic | None = None
    title: str | None = None


@fact("rule.adopted", en="Internal rules adopted", zh="制定管理制度")
class RuleAdopted(_Rule, frozen=True):
    """The operator adopted internal rules of this kind."""


@fact("rule.withdrawn", en="Internal rules withdrawn", zh="废止管理制度")
class RuleWithdrawn(_Rule, frozen=True):
    """Internal rules of this kind no longer apply."""


class _Plan(Fact, frozen=True):
    kind: Literal["incident"] | None = None
    title: str | None = None


@fact("plan.adopted", en="Emergency plan adopted", zh="制定应急预案")
class PlanAdopted(_Plan, frozen=True):
    """The operator adopted an emergency plan (CN-CSL@2017-06-01 25)."""


@fact("plan.withdrawn", en="Emergency plan withdrawn", zh="废止应急预案")
class PlanWithdrawn(_Plan, frozen=True):
    """An emergency plan no longer applies."""


class _Officer(Fact, frozen=True):
    role: Literal["security", "data", "personal_data", "content"] | None = None


@fact("officer.named", en="Officer named", zh="任命负责人")
class OfficerNamed(_Officer, frozen=True):
    """Somebody was put in charge of this field."""


@fact("officer.left", en="Officer left", zh="负责人离任")
class OfficerLeft(_Officer, frozen=True):
    """The person in charge of this field left the post."""


class _Exercise(Fact, frozen=True):
    topic: Topic | None = None


@fact("drill.done", en="Drill done", zh="开展应急演练")
class DrillDone(_Exercise, frozen=True):
    """The emergency plan was exercised."""


@fact("training.done", en="Training done", zh="开展培训")
class TrainingDone(_Exercise, frozen=True):
    """Staff were trained."""


class _Check(Fact, frozen=True):
    kind: Literal["identity", "content", "security", "data", "filing", "product", "cii"] | None = (
        None
    )
    result: str | None = None


@fact("check.done", keys="check", en="Check done", zh="完成检查")
class CheckDone(_Check, frozen=True):
    """A periodic check of this kind was done."""


@fact("check.missed", keys="check", en="Check missed", zh="检查未开展")
class CheckMissed(_Check, frozen=True):
    """A periodic check of this kind was due and not done."""


class _Grade(Fact, frozen=True):
    level: ProtectionLevel | None = None
    result: str | None = None


@fact("grade.filed", keys="system", en="Protection level filed", zh="等级保护备案")
class GradeFiled(_Grade, frozen=True):
    """The protection level of the system was filed with the public security organ."""


@fact("grade.assessed", keys="system", en="Protection level assessed", zh="等级保护测评")
class GradeAssessed(_Grade, frozen=True):
    """The system was assessed against its protection level."""
