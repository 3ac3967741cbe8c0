"""Event types: personal data, what is done with it and what people ask about it."""

from typing import Literal

from msgspec import field

from lawkeep.model.facts.words import Count, DataClass
from lawkeep.model.vocabulary import Fact, fact


@fact(
    "data.rules_published", keys="product", en="Privacy rules published", zh="公开个人信息处理规则"
)
class DataRulesPublished(Fact, frozen=True):
    """The rules for handling personal data were made public.

    `items`: what they state; `complete`: whether somebody found that nothing required is missing.
    """

    complete: bool | None = None
    items: list[str] | None = None


class _Consent(Fact, frozen=True):
    purpose: str | None = None
    fields: list[str] | None = None
    to: str | None = None


@fact("data.consented", keys="subject (product)", en="Consent given", zh="个人同意")
class DataConsented(_Consent, frozen=True):
    """The person consented. Without `fields` it covers all of them.

    It covers a disclosure only when `to` names the recipient.
    """


@fact("data.consent_withdrawn", keys="subject (product)", en="Consent withdrawn", zh="撤回同意")
class DataConsentWithdrawn(_Consent, frozen=True):
    """The person withdrew a consent, for the fields and the recipient named."""


@fact("data.grounds_recorded", keys="subject", en="Legal ground recorded", zh="记录处理依据")
class DataGroundsRecorded(Fact, frozen=True):
    """A ground other than consent was recorded for a purpose (CN-PIPL@2021-11-01 13)."""

    purpose: str | None = None
    ground: str | None = None


class _Handled(Fact, frozen=True):
    purpose: str | None = None
    fields: list[str] | None = None
    ground: str | None = None
    class_: DataClass | None = field(default=None, name="class")
    persons: Count | None = None
    processing: (
        Literal["ordinary", "automated_decision", "entrusted", "provided", "published", "abroad"]
        | None
    ) = None


@fact(
    "data.collected",
    keys="subject or system (product, item)",
    en="Personal data collected",
    zh="收集个人信息",
)
class DataCollected(_Handled, frozen=True):
    """Data was collected: of one subject, or by a system of `persons` people."""


@fact(
    "data.used",
    keys="subject or system (product, item)",
    en="Personal data used",
    zh="使用个人信息",
)
class DataUsed(_Handled, frozen=True):
    """Data was used for a purpose, in one of the ways that the law treats apart."""


@fact(
    "data.disclosed",
    keys="subject or product or item (agent, processor)",
    en="Personal data disclosed",
    zh="向他人提供个人信息",
)
class DataDisclosed(Fact, frozen=True):
    """Data was given to somebody else (`to`). `paid`: for money."""

    to: str | None = None
    ground: str | None = None
    fields: list[str] | None = None
    paid: bool | None = None


@fact("data.entrusted", keys="system", en="Processing entrusted", zh="委托处理数据")
class DataEntrusted(Fact, frozen=True):
    """Others (`by`) entrusted the operator with their data in this system."""

    by: str | None = None
    fields: list[str] | None = None
    class_: DataClass | None = field(default=None, name="class")
    persons: Count | None = None


class _Breach(Fact, frozen=True):
    persons: Count | None = None
    cause: str | None = None


@fact("data.exposed", keys="system (incident)", en="Data exposed", zh="数据泄露")
class DataExposed(_Breach, frozen=True):
    """Data lay open. It happened; when the operator learned of it is `incident.known`."""


@fact(
    "data.accessed_by_outsider",
    keys="system (incident)",
    en="Data accessed by outsider",
    zh="数据被外部人员访问",
)
class DataAccessedByOutsider(_Breach, frozen=True):
    """An outsider read data. It happened; knowledge of it is `incident.known`."""


@fact(
    "data.transfer_record_deleted",
    keys="system",
    en="Transfer record deleted",
    zh="删除数据提供记录",
)
class DataTransferRecordDeleted(Fact, frozen=True):
    """Records of data provided to or entrusted to others were deleted (CN-NDSR@2025-01-01 12)."""


@fact("data.impact_assessed", keys="product", en="Impact assessed", zh="个人信息保护影响评估")
class DataImpactAssessed(Fact, frozen=True):
    """The impact on personal data was assessed beforehand (CN-PIPL@2021-11-01 55)."""


class _Deletion(Fact, frozen=True):
    scope: str | None = None


@fact("data.deletion_requested", keys="subject (item)", en="Deletion requested", zh="请求删除")
class DataDeletionRequested(_Deletion, frozen=True):
    """A person asked for deletion of their data, of the scope named."""


@fact("data.deleted", keys="subject (item)", en="Personal data deleted", zh="删除个人信息")
class DataDeleted(_Deletion, frozen=True):
    """Data of a person was deleted, of the scope named."""


@fact("data.processor_told", keys="item, processor", en="Processor told", zh="通知受托方")
class DataProcessorTold(Fact, frozen=True):
    """A processor that holds the item was told to delete or to correct it."""


@fact("data.information_requested", keys="subject", en="Access requested", zh="请求查阅复制")
class DataInformationRequested(Fact, frozen=True):
    """A person asked what is held about them, or for a copy."""


@fact("data.information_given", keys="subject", en="Access given", zh="提供查阅复制")
class DataInformationGiven(Fact, frozen=True):
    """The person was given the information or the copy asked for."""
