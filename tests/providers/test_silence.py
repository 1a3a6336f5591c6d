"""Nobody's address reaches a log, a console or a repr, on any path through a client."""

import logging
from collections.abc import Callable, Iterator

import pytest
from leadgate_providers import Outcome, Query, Reply
from leadgate_simulators import ADDRESS, Answer, ClearbitSimulator, Delivery, Fault, FaultPlan, HunterSimulator

EMAIL = "zoe.quintave@northpier.example.com"
TRACES = (b"zoe.quintave", b"northpier", b"simulated_key")

# Headers of this kind make urllib3 warn, with the URL.
ODD_HEADERS = Answer(body=b"HTTP/1.1 200 OK\r\nno header at all\r\nX: y\r\n\r\n", delivery=Delivery.RAW)


@pytest.fixture
def records() -> Iterator[list[str]]:
    """Everything that any logger says at DEBUG, formatted, tracebacks included."""
    said: list[str] = []
    formatter = logging.Formatter("%(name)s %(message)s")

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(formatter.format(record))

    collector, root = Collector(), logging.getLogger()
    before = root.level
    root.addHandler(collector)
    root.setLevel(logging.DEBUG)
    logging.getLogger("urllib3").setLevel(logging.DEBUG)
    yield said
    root.removeHandler(collector)
    root.setLevel(before)
    logging.getLogger("urllib3").setLevel(logging.NOTSET)


@pytest.mark.proves("R-003", "R-078", "P17")
@pytest.mark.parametrize("simulated", [ClearbitSimulator, HunterSimulator])
@pytest.mark.parametrize("step", [*Fault, ODD_HEADERS, None, 202, 302, 401, 404, 429, 451, 500])
def test_no_path_says_who_was_looked_up(
    ask: Callable[..., Reply],
    records: list[str],
    capfd: pytest.CaptureFixture[str],
    simulated: type[ClearbitSimulator | HunterSimulator],
    step: Fault | Answer | int | None,
) -> None:
    """With every logger at DEBUG, no answer and no failure leaves the address, the domain or the key anywhere."""
    plan = FaultPlan(script=(step,) * 4, slowness=5)
    with simulated(faults=plan, api_key="simulated_key") as simulator:
        reply = ask(simulator, email=EMAIL, timeout=0.2)
        ask(simulator, domain="northpier.example.com", timeout=0.2)

    said = "\n".join([*records, repr(reply), *capfd.readouterr()]).encode()
    assert simulator.requests > 0
    assert [trace for trace in TRACES if trace in said] == []
    assert ADDRESS.findall(said) == []


@pytest.mark.proves("R-078")
def test_the_search_would_find_an_address(ask: Callable[..., Reply], records: list[str]) -> None:
    """With the filter gone, the same look-up does tell: the silence above is the filter's."""
    talker = logging.getLogger("urllib3.connectionpool")
    filters = list(talker.filters)
    talker.filters.clear()
    try:
        with ClearbitSimulator() as simulator:
            ask(simulator, email=EMAIL)
    finally:
        talker.filters.extend(filters)

    assert b"northpier" in "\n".join(records).encode()
    assert ADDRESS.search("\n".join(records).encode())


@pytest.mark.proves("R-078")
def test_queries_and_replies_do_not_show_what_they_hold() -> None:
    """A repr, as a traceback or a debugger prints it, shows neither address nor answer."""
    shown = f"{Query(email=EMAIL)} {Query(domain='northpier.example.com')} {Reply(Outcome.OK, {'a': EMAIL}, 1)}"

    assert shown == "Query() Query() Reply(outcome=<Outcome.OK: 'ok'>, calls=1)"
