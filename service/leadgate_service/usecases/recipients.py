"""The recipients of the policy: a CRM record of any other system can neither be handed in nor be asked for."""

from leadgate_service.domain.candidate import CrmRecord
from leadgate_service.domain.policy import Policy
from leadgate_service.errors import invalid


def require_recipient(policy: Policy, record: CrmRecord | None, field: str = "crm_reference") -> None:
    """Refuse a CRM record whose recipient the policy does not list; none is no mistake.

    Args:
        policy: Lists the recipients.
        record: The record; None if there is none.
        field: Where it stands in the request.

    Raises:
        InvalidArgument: FIELD_INVALID, of the `recipient` of *field*.
    """
    if record is not None and all(record.recipient != recipient.name for recipient in policy.recipients):
        raise invalid(f"{field}.recipient", "must be a recipient's name in the policy")
