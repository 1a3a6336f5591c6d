"""Long lists, read page after page."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, Protocol, TypeVar

Item = TypeVar("Item")


class Page(Protocol):
    """One page of a list."""

    @property
    def next_page_token(self) -> str | None:
        """Continues the list; empty or None at its end."""


AnyPage = TypeVar("AnyPage", bound=Page)


class Pager(ABC, Generic[AnyPage, Item]):
    """A list, page after page as they are needed. Each iteration reads anew from the first page.

    Args:
        fetch: Asks for the page of a token.
        first_page_token: Where to begin; empty for the first page.
    """

    def __init__(self, fetch: Callable[[str], AnyPage], first_page_token: str) -> None:
        self._fetch = fetch
        self._first_page_token = first_page_token

    def __iter__(self) -> Iterator[Item]:
        for page in self.pages():
            yield from self._items(page)

    def pages(self) -> Iterator[AnyPage]:
        """Yield the pages themselves, for their tokens or to count calls."""
        page = self._fetch(self._first_page_token)
        yield page
        while page.next_page_token:
            page = self._fetch(page.next_page_token)
            yield page

    @staticmethod
    @abstractmethod
    def _items(page: AnyPage) -> Iterable[Item]:
        """What a page holds."""
