"""Closed lists of words and kinds of number that several event types share."""

from typing import Annotated, Literal

from msgspec import Meta

# Above 2**53 a double loses units, and other people's JSON readers use doubles.
_MOST = 2**53

Count = Annotated[int, Meta(ge=0, le=_MOST)]
"""How many, a whole number."""

Number = Annotated[int, Meta(ge=0, le=_MOST)] | Annotated[float, Meta(ge=0, le=_MOST)]
"""A measured value, whole or not, never below zero."""

Amount = Number
"""Money in the currency of the jurisdiction (yuan for `cn`)."""

ProtectionLevel = Annotated[int, Meta(ge=1, le=5)]
"""Level of graded protection of a system, 1 to 5 (CN-CSL@2017-06-01 21; GB/T 22240)."""

Role = Literal[
    "access",
    "domain",
    "telephony",
    "publishing",
    "messaging",
    "hosting",
    "app_store",
    "software",
    "site",
    "resolver",
    "cii",
    "state_body",
    "controller",
    "processor",
    "essential_entity",
    "important_entity",
    "manufacturer",
    "platform",
    "network",
]
"""What the operator is. `network` always holds; from `controller` on: words of EU law."""

ServiceKind = Literal[
    "access",
    "domain",
    "telephony",
    "publishing",
    "messaging",
    "hosting",
    "app_store",
    "software",
    "other",
]
"""Kinds of service. Real identity is asked for the first five (CN-CSL@2017-06-01 24)."""

Topic = Literal["security", "data", "personal_data", "content", "identity"]
"""What a rule, a drill or a training is about."""

DataClass = Literal["personal", "sensitive", "important"]
"""Classes of data (CN-PIPL@2021-11-01 28; CN-DSL@2021-09-01 21)."""

PassedOrFailed = Literal["passed", "failed"]
