"""Seeded chance: the same words always fall the same way, on every machine and in whatever order they are asked."""

import random
import uuid


def dice(seed: int, *words: object) -> random.Random:
    """Make the dice of one thing, named by words; nobody else's throws change them."""
    return random.Random(":".join(map(str, (seed, *words))))  # noqa: S311  (invented people, no secrets)


def identifier(dice_: random.Random) -> str:
    """Draw a UUID, the form of a provider's record ids."""
    return str(uuid.UUID(int=dice_.getrandbits(128), version=4))


def number(dice_: random.Random, template: str) -> str:
    """Fill each `#` of a template with a digit."""
    return "".join(str(dice_.randrange(10)) if letter == "#" else letter for letter in template)
