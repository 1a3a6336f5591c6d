"""What changed, in the order in which it may be passed on: rows that a feed to the recipients reads."""

from leadgate_service.storage import tables
from leadgate_service.storage.work import Insert

INSERT_CHANGES = Insert(tables.changes, ("lead_id", "kind", "reason", "recorded_time"))
