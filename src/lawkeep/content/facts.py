"""Event types: content that users publish, what is known and done about it, complaints."""

from typing import Literal

from msgspec import field

from lawkeep.model.vocabulary import Fact, Time, fact


@fact("content.published", keys="content (subject, service)", en="Content published", zh="发布内容")
class ContentPublished(Fact, frozen=True):
    """Content was published through the operator's service."""


class _Known(Fact, frozen=True):
    class_: str | None = field(default=None, name="class")
    source: Literal["own_screening", "complaint", "order", "court"] | None = None
    determined_by: str | None = None
    authority: str | None = None


@fact(
    "content.known_unlawful",
    keys="content (subject)",
    en="Unlawful content known",
    zh="发现违法信息",
)
class ContentKnownUnlawful(_Known, frozen=True):
    """The operator learned that the content is unlawful. Subject: who sent it.

    `determined_by` says who found so and `authority` by what right; Lawkeep never decides it.
    """


@fact(
    "content.known_undesirable", keys="content", en="Undesirable content known", zh="发现不良信息"
)
class ContentKnownUndesirable(_Known, frozen=True):
    """The operator learned that the content is undesirable in the rules' words, not unlawful."""


@fact("content.cleared", keys="content", en="Content cleared", zh="内容认定有误")
class ContentCleared(Fact, frozen=True):
    """The knowledge was wrong: the content is not unlawful."""

    reason: str | None = None
    determined_by: str | None = None


class _Scope(Fact, frozen=True):
    scope: str | None = None


@fact("content.stopped", keys="content", en="Content stopped", zh="停止传输")
class ContentStopped(_Scope, frozen=True):
    """Transmission of the content was stopped, on the scope named. Not the same as removed."""


@fact("content.removed", keys="content", en="Content removed", zh="消除信息")
class ContentRemoved(_Scope, frozen=True):
    """The content was removed, on the scope named. Not the same as stopped."""


@fact("content.spread_blocked", keys="content", en="Spread blocked", zh="防止扩散")
class ContentSpreadBlocked(Fact, frozen=True):
    """Copies of the content are kept from spreading, by a fingerprint."""

    fingerprint: str | None = None


@fact(
    "content.republished",
    keys="content, original (subject)",
    en="Content re-uploaded",
    zh="内容再次发布",
)
class ContentRepublished(Fact, frozen=True):
    """Content that repeats an earlier one (`original`) was published."""


class _Records(Fact, frozen=True):
    items: list[str] | None = None
    until: Time | None = None


@fact("content.records_kept", keys="content", en="Records kept", zh="保存有关记录")
class ContentRecordsKept(_Records, frozen=True):
    """Records about the content (`items`) were stored, to be kept until `until`."""


@fact("content.records_deleted", keys="content", en="Records deleted", zh="删除有关记录")
class ContentRecordsDeleted(_Records, frozen=True):
    """Records about the content were deleted. `until`: when they should have been kept to."""


@fact("content.reported", keys="content", en="Content reported", zh="向主管部门报告")
class ContentReported(Fact, frozen=True):
    """The unlawful content was reported. `receipt`: the reference given by the recipient."""

    to: Literal["authority", "police"] | None = None
    receipt: str | None = None


@fact("content.user_told", keys="content (subject)", en="User told", zh="告知用户")
class ContentUserTold(Fact, frozen=True):
    """The user was told what was done. `reasons`: why, `appeal`: where to object."""

    reasons: str | None = None
    appeal: str | None = None


class _Appeal(Fact, frozen=True):
    outcome: str | None = None


@fact("content.appealed", keys="content (subject)", en="User appealed", zh="用户申诉")
class ContentAppealed(_Appeal, frozen=True):
    """The user objected to what was done with the content."""


@fact("content.appeal_decided", keys="content (subject)", en="Appeal decided", zh="申诉处理完成")
class ContentAppealDecided(_Appeal, frozen=True):
    """The appeal was decided, by somebody other than who took the action."""


@fact("content.restored", keys="content (subject)", en="Content restored", zh="恢复内容")
class ContentRestored(_Appeal, frozen=True):
    """Content that had been stopped or removed can be reached again."""


@fact(
    "content.observed_online", keys="content (domain)", en="Content still online", zh="内容仍可访问"
)
class ContentObservedOnline(Fact, frozen=True):
    """The content was seen to be reachable still, by somebody (`by`)."""

    by: str | None = None


class _Complaint(Fact, frozen=True):
    outcome: str | None = None


@fact(
    "complaint.received",
    keys="complaint (content, subject)",
    en="Complaint received",
    zh="收到投诉举报",
)
class ComplaintReceived(_Complaint, frozen=True):
    """A complaint or report came in."""


@fact(
    "complaint.answered",
    keys="complaint (content, subject)",
    en="Complaint answered",
    zh="答复投诉举报",
)
class ComplaintAnswered(_Complaint, frozen=True):
    """The complaint was handled and answered."""


@fact(
    "complaint_channel.opened", keys="service", en="Complaint channel opened", zh="开通投诉举报渠道"
)
class ComplaintChannelOpened(Fact, frozen=True):
    """A way to complain about the service was made public."""


@fact(
    "complaint_channel.closed", keys="service", en="Complaint channel closed", zh="关闭投诉举报渠道"
)
class ComplaintChannelClosed(Fact, frozen=True):
    """The way to complain about the service is no longer there."""
