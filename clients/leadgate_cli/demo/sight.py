"""What a caller sees of a lead."""

from leadgate_client import Client, Lead, NotAllowed, NotFound, Purpose, WithheldReason

from leadgate_cli.demo.patience import CALL_SECONDS
from leadgate_cli.words import word

PURPOSES = {
    "enrichment": Purpose.PURPOSE_OUTREACH,
    "marketing": Purpose.PURPOSE_OUTREACH,
    "crm_sync": Purpose.PURPOSE_OUTREACH,
    "support": Purpose.PURPOSE_RIGHTS_HANDLING,
}
"""For what each caller of the demo reads. `enrichment` holds no purpose at all, and is refused."""

OBJECTED = "withheld: suppressed"
"""How a lead looks to those who must stop, once the person has objected."""


def seen_by(caller: str, client: Client, lead_id: str) -> Lead | str:
    """Read a lead.

    Args:
        caller: One of `PURPOSES`.
        client: The caller's.
        lead_id: Which.

    Returns:
        The lead, or in a few words why the caller sees none.
    """
    try:
        answer = client.get_lead(lead_id=lead_id, purpose=PURPOSES[caller], timeout=CALL_SECONDS)
    except NotFound:
        return "not found"
    except NotAllowed:
        return "refused"
    if isinstance(answer, Lead):
        return answer
    return f"withheld: {word(WithheldReason.DESCRIPTOR, answer.reason)}"
