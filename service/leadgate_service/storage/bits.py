"""Sets of the eleven fields as one small number, bit by bit in the order of `domain.fields.Field`."""

import functools
from collections.abc import Iterable

from leadgate_service.domain.fields import Field

_BITS = {field: 1 << position for position, field in enumerate(Field)}


def to_bits(fields: Iterable[Field]) -> int:
    """Fold a set of fields into a number."""
    return sum(_BITS[field] for field in fields)


@functools.lru_cache(maxsize=1 << len(Field))
def from_bits(bits: int) -> frozenset[Field]:
    """Unfold a number into a set of fields."""
    return frozenset(field for field, bit in _BITS.items() if bits & bit)
