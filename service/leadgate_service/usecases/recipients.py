"""The recipients of the policy: a CRM record of any other system can neither be handed in nor be asked for."""

from leadgate_service.domain.candidate import CrmRecord
from leadgate_service.domain.policy import Policy
from leadgate_service.errors import invalid


def require_recipient(policy: Policy, record: CrmRecord | None) -> None:
    """Refuse a CRM record whose recipient the policy does not list; none is no mistake.

    Raises:
        InvalidArgument: FIELD_INVALID. Field `crm_reference.recipient`.
    """
    if record is not None and all(record.recipient != recipient.name for recipient in policy.recipients):
        raise invalid("crm_reference.recipient", "must be a recipient's name in the policy")
