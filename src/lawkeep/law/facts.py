"""Event types: which law was loaded."""

from lawkeep.model.vocabulary import Fact, fact


@fact("law.loaded", en="Law loaded", zh="载入法规包")
class LawLoaded(Fact, frozen=True):
    """Law packs and a policy were loaded, and findings from here on rest on them.

    `packs`: pack id to `version` and `sha256`. `policy`: the same of the policy.
    """

    packs: dict[str, dict[str, str]] | None = None
    policy: dict[str, str] | None = None
