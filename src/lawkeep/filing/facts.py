"""Event types: website filing (ICP), domains, network access, sites."""

from typing import Literal

from lawkeep.model.vocabulary import Fact, fact


@fact("filing.submitted", keys="filing, subject, domain", en="Filing submitted", zh="提交备案")
class FilingSubmitted(Fact, frozen=True):
    """A filing came in: the first one, one for access through this operator, or a change."""

    kind: Literal["first", "access", "change"] | None = None


class _Method(Fact, frozen=True):
    method: str | None = None


@fact(
    "filing.representative_verified",
    keys="filing",
    en="Representative verified",
    zh="核验备案负责人",
)
class FilingRepresentativeVerified(_Method, frozen=True):
    """The person who files was verified."""


@fact(
    "filing.authority_proved",
    keys="filing, subject",
    en="Authority to file proved",
    zh="核验主体授权",
)
class FilingAuthorityProved(_Method, frozen=True):
    """It was proved that the person may file in the name of this organisation."""


@fact(
    "filing.domain_control_proved",
    keys="filing, domain",
    en="Domain control proved",
    zh="验证域名控制权",
)
class FilingDomainControlProved(_Method, frozen=True):
    """It was proved that the one who files controls the domain."""


@fact(
    "filing.registrant_matched",
    keys="filing, domain",
    en="Registrant compared",
    zh="比对域名注册人",
)
class FilingRegistrantMatched(Fact, frozen=True):
    """The registrant of the domain was compared with the one who files.

    `allowed`: different in a way that the rules allow; `stale`: the register's data is too old.
    """

    result: Literal["equal", "allowed", "different", "unknown", "stale"] | None = None


@fact("filing.challenge_sent", keys="filing", en="Challenge sent", zh="发送核验请求")
class FilingChallengeSent(Fact, frozen=True):
    """A challenge was sent to the organisation named in the filing."""


@fact("filing.challenge_passed", keys="filing", en="Challenge passed", zh="核验请求已确认")
class FilingChallengePassed(Fact, frozen=True):
    """The organisation named in the filing answered the challenge."""


@fact("filing.returned", keys="filing", en="Filing returned", zh="退回备案")
class FilingReturned(Fact, frozen=True):
    """The filing was sent back: which field, why, and what to do."""

    field: str | None = None
    reason: str | None = None
    suggestion: str | None = None


@fact("filing.accepted", keys="filing, domain, subject", en="Filing accepted", zh="备案通过")
class FilingAccepted(Fact, frozen=True):
    """The authority accepted the filing and gave it a number."""

    number: str | None = None


class _Change(Fact, frozen=True):
    fields: list[str] | None = None
    receipt: str | None = None


@fact("filing.data_changed", keys="filing, domain", en="Filed data changed", zh="备案信息发生变化")
class FilingDataChanged(_Change, frozen=True):
    """What was filed is no longer true: the time for filing the change starts."""


@fact("filing.change_filed", keys="filing, domain", en="Change filed", zh="办理变更备案")
class FilingChangeFiled(_Change, frozen=True):
    """The change was filed."""


@fact("filing.cancelled", keys="filing, domain", en="Filing cancelled", zh="注销备案")
class FilingCancelled(_Change, frozen=True):
    """The filing was cancelled."""


@fact("filing.false_known", keys="filing", en="False filing known", zh="发现虚假备案")
class FilingFalseKnown(Fact, frozen=True):
    """The operator learned, from `source`, that a filing is not true."""

    source: str | None = None


class _Access(Fact, frozen=True):
    reason: str | None = None


@fact("access.granted", keys="domain (subject, filing)", en="Access granted", zh="提供网络接入")
class AccessGranted(_Access, frozen=True):
    """The site was given network access."""


@fact("access.withdrawn", keys="domain (subject, filing)", en="Access withdrawn", zh="停止网络接入")
class AccessWithdrawn(_Access, frozen=True):
    """Network access was taken from the site."""


class _Site(Fact, frozen=True):
    receipt: str | None = None


@fact("site.opened", keys="domain (subject)", en="Site opened", zh="网站开通")
class SiteOpened(_Site, frozen=True):
    """The site can be reached. Subject: whose site, when not the operator's own."""


@fact("site.closed", keys="domain (subject)", en="Site closed", zh="网站关闭")
class SiteClosed(_Site, frozen=True):
    """The site can no longer be reached. Subject: whose site, when not the operator's own."""


@fact("site.police_filed", keys="domain (subject)", en="Filed with police", zh="公安联网备案")
class SitePoliceFiled(_Site, frozen=True):
    """The site was filed with the public security organ (CN-MPS33@2011-01-08 12)."""


@fact("site.number_shown", keys="domain (subject)", en="Filing number shown", zh="公示备案号")
class SiteNumberShown(Fact, frozen=True):
    """The site shows its filing number. `linked`: it links to the filing authority's site.

    `marked`: the electronic verification mark is in place, a duty up to 2024-01-17
    (CN-MII33@2005-03-20 13).
    """

    linked: bool | None = None
    marked: bool | None = None


@fact("domain.registered", keys="domain (subject)", en="Domain registered", zh="域名注册")
class DomainRegistered(Fact, frozen=True):
    """The domain was registered."""


@fact("domain.expired", keys="domain (subject)", en="Domain expired", zh="域名到期")
class DomainExpired(Fact, frozen=True):
    """The registration of the domain ended."""


@fact(
    "domain.registrant_changed",
    keys="domain (subject)",
    en="Registrant changed",
    zh="域名注册人变更",
)
class DomainRegistrantChanged(Fact, frozen=True):
    """The domain went to another registrant."""


@fact("domain.resolved", keys="domain, stream", en="Domain resolved", zh="域名解析")
class DomainResolved(Fact, frozen=True):
    """The operator's resolver answered for the domain, as seen in a stream of logs."""
