"""Page tokens: where a list goes on, for the same caller and the same query alone (AIP-158)."""

from google.protobuf.message import Message

from leadgate_service.errors import InvalidArgument, invalid
from leadgate_service.keep_ring import KeepRing
from leadgate_service.rpc.pipeline import Call

_DIGEST_BYTES = 16


class Pages:
    """The pages of one query by one caller.

    Args:
        keep: Signs the tokens.
        request: Has `page_token` and `page_size`; everything else makes the query what it is.
        call: Whose it is.

    Attributes:
        after: The id after which the page begins; None for the first.

    Raises:
        InvalidArgument: PAGE_TOKEN_INVALID: the token is not ours, or belongs to another query or caller.
    """

    def __init__(self, keep: KeepRing, request: Message, call: Call) -> None:
        self._keep = keep
        token: str = getattr(request, "page_token", "")
        query = type(request)()
        query.CopyFrom(request)
        query.ClearField("page_token")
        query.ClearField("page_size")
        said = call.principal.name.encode() + b"\0" + query.SerializeToString(deterministic=True)
        self._query = keep.evidence_token("query", said)
        self.after = self._read(token) if token else None

    def next(self, last: bytes | None) -> str:
        """Make the token of the page after the one that ends with an id; None ends the list."""
        return self._keep.sign_page(self._query + last) if last is not None else ""

    def _read(self, token: str) -> bytes:
        payload = self._keep.open_page(token)
        if payload[:_DIGEST_BYTES] != self._query:
            raise InvalidArgument(
                "PAGE_TOKEN_INVALID",
                "page_token belongs to another query: start again from the first page.",
                field="page_token",
                rule="must be a next_page_token of the same query",
            )
        return payload[_DIGEST_BYTES:]


def page_size(number: int, *, default: int, most: int) -> int:
    """Read a page size: 0 is the default, too many is the most, negative is refused."""
    if number < 0:
        raise invalid("page_size", "must not be negative")
    return min(number, most) or default
