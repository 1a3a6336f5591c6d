"""The tokens of one transaction, each made once."""

from leadgate_service.domain.identity import Identifier
from leadgate_service.keep_ring import KeepRing


class Tokens(dict[Identifier, bytes]):
    """The token of every identifier that was asked for.

    Args:
        keep: Makes them.
    """

    def __init__(self, keep: KeepRing) -> None:
        super().__init__()
        self._keep = keep

    def __missing__(self, identifier: Identifier) -> bytes:
        """Make a token that nobody has asked for yet."""
        token = self[identifier] = self._keep.token(identifier)
        return token
