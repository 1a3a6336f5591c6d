"""Who comes to the HTTP door: real HTTP over loopback, one request a connection, and links as people are sent them."""

import base64
import hmac
import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests
from leadgate.v1 import lead_service_pb2, types_pb2
from leadgate_service.config import DoorConfig

from tests.builders import IDA
from tests.rpc.messages import get, ingest, item, new_id
from tests.running_service import RunningService

FIXTURES = Path(__file__).parent / "fixtures"
PUBLIC = "https://privacy.example.com"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
SECRET = "a signing secret of our own"
SECONDS = 10.0


def door(secret: str | None = SECRET, **changes: Any) -> DoorConfig:
    """Settings of a door on loopback."""
    told = {"listen": "127.0.0.1:0", "url": PUBLIC, "tls": None, "zendesk_secret": secret, **changes}
    return DoorConfig(**told)


def fixture(name: str) -> dict[str, Any]:
    """Read what was seen on the wire."""
    read: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    return read


def visit(service: RunningService, method: str, path: str, **what: Any) -> requests.Response:
    """Send one request to the door, and follow nothing."""
    return requests.request(method, f"{service.door}{path}", timeout=SECONDS, allow_redirects=False, **what)


def take_in(service: RunningService, email: str = IDA) -> str:
    """Hand in a lead of somebody whose name nobody shares; return the path of its link."""
    service.as_("intake").send(ingest(item(email, name=f"{email.partition('@')[0].title()} Smit")))
    return path_of(link_of(service, email))


def link_of(
    service: RunningService, email: str = IDA, role: str = "crm_sync", purpose: int = types_pb2.PURPOSE_OUTREACH
) -> str:
    """Read the link of a lead."""
    answer = service.as_(role).send(get(email, purpose))
    return answer.read(lead_service_pb2.GetLeadResponse).lead.unsubscribe_url


def path_of(link: str) -> str:
    """Leave out of a link the public address, behind which stands the door of a test."""
    assert link.startswith(f"{PUBLIC}/u/"), link
    return link.removeprefix(PUBLIC)


def signed(
    service: RunningService, body: bytes, *, secret: str = SECRET, invocation: str | None = None, age: float = 0.0
) -> Mapping[str, str]:
    """Make the headers that Zendesk sends with a body."""
    written = (service.clock.now - timedelta(seconds=age)).strftime("%Y-%m-%dT%H:%M:%SZ")
    made = base64.b64encode(hmac.digest(secret.encode(), written.encode() + body, "sha256")).decode()
    return {
        "Content-Type": "application/json; charset=utf-8",
        "X-Zendesk-Webhook-Invocation-Id": invocation if invocation is not None else new_id(),
        "X-Zendesk-Webhook-Signature": made,
        "X-Zendesk-Webhook-Signature-Timestamp": written,
    }


def hook(service: RunningService, document: object, **how: Any) -> requests.Response:
    """Send a document, or bytes, as Zendesk does."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return visit(service, "POST", "/hooks/zendesk", data=body, headers=signed(service, body, **how))
