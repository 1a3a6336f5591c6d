"""The contract's enums as words: PURPOSE_OUTREACH is `outreach` on the command line and in what is printed."""

from typing import Any

import typer
from google.protobuf.descriptor import EnumDescriptor


def word(enum: EnumDescriptor, number: int) -> str:
    """Return the word of a value; of one that only a newer service knows, its number."""
    return {value: text for text, value in _words(enum).items()}.get(number, str(number))


def word_option(enum: EnumDescriptor, about: str) -> Any:
    """Make an option that takes one of an enum's words.

    Args:
        enum: The contract's.
        about: The help.
    """
    words = _words(enum)

    def parse(text: str) -> int:
        if text not in words:
            raise typer.BadParameter(f"it must be one of {', '.join(words)}.")
        return words[text]

    return typer.Option(parser=parse, metavar="|".join(words), help=about)


def _words(enum: EnumDescriptor) -> dict[str, int]:
    unspecified, *values = enum.values
    prefix = unspecified.name.removesuffix("UNSPECIFIED")
    return {value.name.removeprefix(prefix).lower(): value.number for value in values}
