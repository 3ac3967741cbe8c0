"""Words in the language chosen, and data made harmless for a terminal."""

from lawkeep.cli.language import Language
from lawkeep.cli.wording import WORDS
from lawkeep.documents import words
from lawkeep.model.finding import State, Text


def said(text: Text, shown: Language) -> str:
    """The text in the language, without what a terminal would take for a command."""
    return plain(text.zh if shown == "zh" else text.en)


def plain(text: str) -> str:
    """Control characters are shown as a replacement sign: data never moves the cursor."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def word(name: str, shown: Language) -> str:
    """A fixed word of the terminal."""
    return said(WORDS[name], shown)


def state_word(state: State, shown: Language) -> str:
    name = said(words.STATES[state], shown)
    return name if shown == "zh" else name.lower()
