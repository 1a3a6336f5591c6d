"""That the suite leaves nothing out: each method of the store, on each store."""

import inspect
from pathlib import Path

import pytest
from leadgate_service.store import Store

HERE = Path(__file__).parent

ON_ONE_STORE = {"test_nightly_job.py": "it takes long, and asks the gate rather than the database"}


@pytest.mark.proves("P7")
def test_every_method_of_the_store_is_called() -> None:
    """Whatever the Protocol has, a test of this suite, or the world that it speaks to, calls it."""
    paths = [*HERE.glob("test_*.py"), HERE.parent / "worlds.py"]
    text = "".join(path.read_text(encoding="utf-8") for path in paths)
    methods = [name for name, value in vars(Store).items() if inspect.iscoroutinefunction(value)]
    assert [name for name in methods if f"store.{name}(" not in text] == []


@pytest.mark.proves("P7")
def test_no_test_asks_which_store_it_runs_on(world: object) -> None:
    """Tests of this suite take any store; what is true of one alone is tested elsewhere."""
    assert world is not None
    tied = {
        path.name
        for path in HERE.glob("test_*.py")
        if "sqlite_url" in path.read_text() or "postgres_url" in path.read_text()
    }
    assert tied - {Path(__file__).name} == ON_ONE_STORE.keys()
