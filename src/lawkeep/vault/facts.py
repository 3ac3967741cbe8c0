"""Event types: erasure of sealed personal data."""

from lawkeep.model.vocabulary import Fact, Time, fact


@fact("subject.erased", keys="subject", en="Personal data erased", zh="抹除个人信息")
class SubjectErased(Fact, frozen=True):
    """The sealed data of the subject can no longer be opened, from `effective_at` on.

    `basis`: the request or the rule that it rests on. `purposes`: what the data was for.
    `destroyed`: names of the destroyed keys.
    """

    effective_at: Time | None = None
    basis: str | None = None
    purposes: list[str] | None = None
    destroyed: list[str] | None = None
