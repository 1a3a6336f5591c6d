"""The days that an objection is written down under."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from leadgate_service.storage import tables

from tests.rpc.messages import object_
from tests.running_service import RunningService


@pytest.mark.proves("R-084")
def test_an_objection_is_of_the_day_that_the_policy_s_zone_shows(service: RunningService) -> None:
    """Half past midnight in Amsterdam is a new day there, though not yet in UTC."""
    service.clock.now = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert service.as_("support").send(object_()).body
    (founded,) = service.rows(sa.select(tables.installation.c.founded_time))[0]
    days = {row[0] for row in service.rows(sa.select(tables.suppressions.c.created_date))}
    assert days - {founded.date()} == {date(2026, 11, 24)}
