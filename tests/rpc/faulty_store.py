"""A store that fails where a test says, and otherwise does what the real one does."""

from collections.abc import Callable
from typing import Any, cast

from leadgate_service.store import Store


class Faults:
    """Which methods of a store fail, and with what.

    Attributes:
        failing: The error that a method raises instead of doing anything, by the method's name.
    """

    def __init__(self) -> None:
        self.failing: dict[str, Exception] = {}

    def over(self, store: Store) -> Store:
        """Put the faults in front of a store."""
        return cast("Store", _FaultyStore(store, self.failing))


class _FaultyStore:
    def __init__(self, store: Store, failing: dict[str, Exception]) -> None:
        self._store = store
        self._failing = failing

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._store, name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            if name in self._failing:
                raise self._failing[name]
            return await method(*args, **kwargs)

        return call
