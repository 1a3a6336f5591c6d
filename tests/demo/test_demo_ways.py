"""How people object in the demo: each way is a real one, and nobody who objects is lost on it."""

from collections import Counter

import pytest
from leadgate_cli.demo.ways import Errand, Way, Ways
from leadgate_cli.failures import Refused
from leadgate_client import Client, Objector

from tests.demo.conftest import Played

PEOPLE = [f"person-{number}@elsewhere.example.org" for number in range(40)]
ALONE = [way for way in Way if way not in {Way.ONE_CLICK, Way.PROVIDER}]


@pytest.fixture
def ways(played: Played) -> Ways:
    """The ways into a service that is up."""
    return Ways(support(played), played.stage.door, played.clock)


def support(played: Played) -> Client:
    """The support desk."""
    return played.stage.clients["support"]


def suppressed(played: Played, email: str) -> bool:
    """Ask whether somebody may not be processed."""
    played.clock.wait_a_minute()
    return support(played).check_suppression(Objector(emails=[email]))


@pytest.mark.proves("R-017")
@pytest.mark.parametrize("way", ALONE)
def test_each_way_stops_the_processing(played: Played, ways: Ways, way: Way) -> None:
    """Whoever objects by it is suppressed when it is over, and was not before."""
    people = [
        f"{way.name.lower().replace('_', '-')}-{number}@elsewhere.example.org"
        for number in range(1 + (way is Way.FILE))
    ]
    assert not any(suppressed(played, one) for one in people)
    ways.run(Errand(way, people))
    assert all(suppressed(played, one) for one in people)


def test_everybody_goes_one_way(ways: Ways) -> None:
    """Nobody is lost or goes twice; half of those who have a link click on it, and only they; a file is of several."""
    links = {person: f"https://privacy.example.com/u/{number}" for number, person in enumerate(PEOPLE[:10])}
    errands = ways.errands(PEOPLE, links)
    assert sorted(person for errand in errands for person in errand.people) == sorted(PEOPLE)
    clicks = [errand for errand in errands if errand.way is Way.ONE_CLICK]
    assert [(errand.link,) for errand in clicks] == [(links[errand.people[0]],) for errand in clicks]
    assert len(clicks) == 5
    counted = Counter(errand.way for errand in errands)
    assert counted.keys() == {*ALONE, Way.ONE_CLICK}
    assert counted[Way.FILE] == 1


def test_a_long_file_goes_in_parts(ways: Ways) -> None:
    """One call takes 500 rows."""
    people = [f"person-{number}@elsewhere.example.org" for number in range(501 * len(ALONE))]
    files = [errand for errand in ways.errands(people, {}) if errand.way is Way.FILE]
    assert [len(errand.people) for errand in files] == [500, 1]


def test_an_objection_that_the_door_does_not_take_ends_the_demo(played: Played, ways: Ways) -> None:
    """A click on a link that is not the service's own is not passed over."""
    with pytest.raises(Refused, match="404"):
        ways.run(Errand(Way.ONE_CLICK, PEOPLE[:1], "https://privacy.example.com/u/nobody"))
    assert not suppressed(played, PEOPLE[0])
