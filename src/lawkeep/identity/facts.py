"""Event types: real identity, the services that need it, agents, fraud leads."""

from typing import Literal

from msgspec import field

from lawkeep.model.facts.words import Count, PassedOrFailed, ServiceKind
from lawkeep.model.vocabulary import Fact, Time, fact


@fact("identity.required", keys="subject, service", en="Identity asked for", zh="要求提供真实身份")
class IdentityRequired(Fact, frozen=True):
    """The subject was asked for real identity before the service."""

    form_version: str | None = None


@fact("identity.submitted", keys="subject", en="Identity submitted", zh="提交身份信息")
class IdentitySubmitted(Fact, frozen=True):
    """The subject handed in identity information. Kind and channel only, never the content."""

    document_kind: str | None = None
    channel: str | None = None


@fact("identity.verified", keys="subject (agent)", en="Identity verified", zh="身份核验通过")
class IdentityVerified(Fact, frozen=True):
    """Identity was verified, by `method` against `source`, good until `valid_until`."""

    method: str | None = None
    source: str | None = None
    assurance: Literal["low", "substantial", "high"] | None = None
    valid_until: Time | None = None


@fact("identity.failed", keys="subject", en="Identity not verified", zh="身份核验未通过")
class IdentityFailed(Fact, frozen=True):
    """Verification failed: the service must not be given."""

    reason: Literal["refused", "forged", "other_person", "expired", "mismatch"] | None = None


@fact("identity.invalidated", keys="subject", en="Identity invalidated", zh="身份核验失效")
class IdentityInvalidated(Fact, frozen=True):
    """An earlier verification no longer stands."""

    reason: str | None = None


@fact("identity.reverified", keys="subject", en="Identity re-verified", zh="重新核验身份")
class IdentityReverified(Fact, frozen=True):
    """Identity was verified again, after a doubt or a lead."""

    result: PassedOrFailed | None = None


@fact(
    "identity.leak_suspected", keys="incident", en="Identity leak suspected", zh="身份信息疑似泄露"
)
class IdentityLeakSuspected(Fact, frozen=True):
    """Users' identity information may have leaked (CN-MIIT25@2013-09-01)."""

    scope: str | None = None
    persons: Count | None = None


@fact(
    "identity.record_deleted", keys="subject", en="Identity record deleted", zh="删除身份登记信息"
)
class IdentityRecordDeleted(Fact, frozen=True):
    """The identity record of the subject was deleted."""


class _Begun(Fact, frozen=True):
    kind: ServiceKind | None = None


@fact(
    "service.confirmed",
    keys="subject, service (agent)",
    en="Service agreed",
    zh="签约确认服务",
)
class ServiceConfirmed(_Begun, frozen=True):
    """Service was agreed with the subject or its provision confirmed."""


@fact("service.started", keys="subject, service (agent)", en="Service started", zh="开通服务")
class ServiceStarted(_Begun, frozen=True):
    """The subject was given the service. Of unknown kind: that of its confirmation."""


class _Changed(Fact, frozen=True):
    reason: str | None = None
    functions: list[str] | None = None


@fact("service.limited", keys="subject, service", en="Service limited", zh="限制服务功能")
class ServiceLimited(_Changed, frozen=True):
    """Some functions of the service were taken from the subject."""


@fact("service.suspended", keys="subject, service", en="Service suspended", zh="暂停服务")
class ServiceSuspended(_Changed, frozen=True):
    """The service was suspended for the subject."""


@fact("service.resumed", keys="subject, service", en="Service resumed", zh="恢复服务")
class ServiceResumed(_Changed, frozen=True):
    """A limited or suspended service was given again."""


@fact("service.ended", keys="subject, service", en="Service ended", zh="终止服务")
class ServiceEnded(_Changed, frozen=True):
    """The service ended for good."""


class _Agent(Fact, frozen=True):
    result: str | None = None
    reason: str | None = None


@fact("agent.authorised", keys="agent", en="Agent authorised", zh="授权代理商")
class AgentAuthorised(_Agent, frozen=True):
    """An agent may sell or register on the operator's behalf."""


@fact("agent.audited", keys="agent", en="Agent audited", zh="检查代理商")
class AgentAudited(_Agent, frozen=True):
    """The agent's work was checked."""


@fact("agent.ended", keys="agent", en="Agent ended", zh="终止代理")
class AgentEnded(_Agent, frozen=True):
    """The agent may no longer act on the operator's behalf."""


@fact("fraud.flagged", keys="subject (number)", en="Fraud risk flagged", zh="涉诈风险预警")
class FraudFlagged(Fact, frozen=True):
    """Somebody (`source`) flagged the subject or number as a fraud risk: a re-check is due."""

    source: str | None = None


class _Lead(Fact, frozen=True):
    from_: str | None = field(default=None, name="from")
    to: str | None = None


@fact("fraud.lead_received", keys="request", en="Fraud lead received", zh="收到涉诈线索")
class FraudLeadReceived(_Lead, frozen=True):
    """A lead about fraud came in, `from` somebody."""


@fact("fraud.lead_passed_on", keys="request", en="Fraud lead passed on", zh="移送涉诈线索")
class FraudLeadPassedOn(_Lead, frozen=True):
    """A lead about fraud was passed on, `to` somebody."""
