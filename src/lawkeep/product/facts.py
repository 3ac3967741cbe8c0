"""Event types: products, their releases and assessments, vulnerabilities."""

from typing import Literal

from lawkeep.model.vocabulary import Fact, Time, fact


@fact("product.released", keys="product (release)", en="Product released", zh="产品发布")
class ProductReleased(Fact, frozen=True):
    """A product or a release of it was made available."""


@fact("product.retired", keys="product (release)", en="Product retired", zh="产品下线")
class ProductRetired(Fact, frozen=True):
    """A product or a release of it is no longer offered."""


@fact(
    "product.assessed",
    keys="product or service (release)",
    en="Security assessed",
    zh="安全评估",
)
class ProductAssessed(Fact, frozen=True):
    """The product or service was assessed: before launch, periodically, for risk, or in full."""

    kind: Literal["prelaunch", "periodic", "risk", "fraud_risk", "full"] | None = None
    result: str | None = None


class _Support(Fact, frozen=True):
    until: Time | None = None


@fact("product.support_promised", keys="product", en="Support promised", zh="承诺安全维护")
class ProductSupportPromised(_Support, frozen=True):
    """Security maintenance was promised until `until` (CN-CSL@2017-06-01 22(2))."""


@fact("product.support_ended", keys="product", en="Support ended", zh="终止安全维护")
class ProductSupportEnded(_Support, frozen=True):
    """Security maintenance stopped. `until`: the day to which it had been promised."""


@fact("product.malware_found", keys="product (release)", en="Malware found", zh="发现恶意程序")
class ProductMalwareFound(Fact, frozen=True):
    """A malicious program was found in the product. `inserted_by`: who put it there."""

    inserted_by: str | None = None


@fact(
    "vulnerability.known",
    keys="vulnerability, product or system (upstream)",
    en="Vulnerability known",
    zh="发现漏洞",
)
class VulnerabilityKnown(Fact, frozen=True):
    """The operator learned of a vulnerability, as provider, as operator or as finder.

    `upstream`: the product it came from.
    """

    role: Literal["provider", "operator", "finder"] | None = None
    source: str | None = None
    severity: str | None = None
    national_security: bool | None = None


class _Work(Fact, frozen=True):
    version: str | None = None


@fact(
    "vulnerability.verified",
    keys="vulnerability, product or system",
    en="Vulnerability verified",
    zh="验证漏洞",
)
class VulnerabilityVerified(_Work, frozen=True):
    """The vulnerability was confirmed and its harm assessed."""


@fact(
    "vulnerability.remedy_started",
    keys="vulnerability, product or system",
    en="Remedy started",
    zh="着手补救漏洞",
)
class VulnerabilityRemedyStarted(_Work, frozen=True):
    """Work on a remedy began."""


@fact(
    "vulnerability.fixed",
    keys="vulnerability, product or system",
    en="Vulnerability fixed",
    zh="修复漏洞",
)
class VulnerabilityFixed(_Work, frozen=True):
    """The vulnerability no longer exists from `version` on, or on the system."""


class _Told(Fact, frozen=True):
    to: str | None = None


@fact(
    "vulnerability.users_told",
    keys="vulnerability (product)",
    en="Users told of vulnerability",
    zh="告知用户漏洞及修补方式",
)
class VulnerabilityUsersTold(_Told, frozen=True):
    """Users who may be affected were told of the risk and how to mend it."""


@fact(
    "vulnerability.upstream_told",
    keys="vulnerability (product)",
    en="Upstream told",
    zh="通知上游提供者",
)
class VulnerabilityUpstreamTold(_Told, frozen=True):
    """The maker of the product that it came from was told."""


@fact(
    "vulnerability.reported",
    keys="vulnerability (product)",
    en="Vulnerability reported",
    zh="报送漏洞信息",
)
class VulnerabilityReported(Fact, frozen=True):
    """The vulnerability was reported. `receipt`: the reference given by the recipient."""

    to: Literal["miit", "cac", "police", "csirt"] | None = None
    stage: str | None = None
    receipt: str | None = None


@fact(
    "vulnerability.exploited",
    keys="vulnerability, product or system",
    en="Vulnerability exploited",
    zh="漏洞被利用",
)
class VulnerabilityExploited(Fact, frozen=True):
    """Somebody made use of the vulnerability."""


@fact("vulnerability.disclosed", keys="vulnerability", en="Vulnerability disclosed", zh="披露漏洞")
class VulnerabilityDisclosed(Fact, frozen=True):
    """Details were given to the provider, to the public or abroad. `with_fix`: with the remedy."""

    to: Literal["provider", "public", "abroad"] | None = None
    with_fix: bool | None = None


@fact(
    "vulnerability_channel.opened",
    keys="product",
    en="Vulnerability channel opened",
    zh="开通漏洞接收渠道",
)
class VulnerabilityChannelOpened(Fact, frozen=True):
    """A way to report vulnerabilities of the product was made public."""


@fact(
    "vulnerability_channel.closed",
    keys="product",
    en="Vulnerability channel closed",
    zh="关闭漏洞接收渠道",
)
class VulnerabilityChannelClosed(Fact, frozen=True):
    """The way to report vulnerabilities of the product is no longer there."""
