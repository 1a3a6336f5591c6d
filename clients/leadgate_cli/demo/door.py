"""Who comes to the service's HTTP door in the demo: the mail programs of people who click, and Zendesk."""

import base64
import hmac
import json
import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

import requests
from leadgate_service.usecases.clock import Now

from leadgate_cli.demo.patience import CALL_SECONDS
from leadgate_cli.failures import Refused

PUBLIC_URL = "https://privacy.example.com"
"""Where links to unsubscribe lead: to a proxy that ends TLS. The demo stands in its place."""


class Door:
    """The door, from outside.

    Args:
        address: Where it listens on loopback: host and port.
        secret: What Zendesk signs with.
        now: The clock.
    """

    def __init__(self, address: str, secret: str, now: Now) -> None:
        self._url = f"http://{address}"
        self._secret = secret.encode()
        self._now = now

    def click(self, link: str) -> None:
        """Unsubscribe as a mail program does (RFC 8058).

        Args:
            link: A lead's `unsubscribe_url`.

        Raises:
            Refused: The door did not take it.
        """
        body = b"List-Unsubscribe=One-Click"
        self._post(urlsplit(link).path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def send_ticket(self, email: str) -> None:
        """Send a ticket as Zendesk's trigger does, signed.

        Args:
            email: Of the requester.

        Raises:
            Refused: The door did not take it.
        """
        now = self._now().isoformat()
        body = json.dumps({"ticket_id": secrets.token_hex(4), "requester_email": email, "created_at": now}).encode()
        signature = hmac.digest(self._secret, now.encode() + body, "sha256")
        self._post(
            "/hooks/zendesk",
            body,
            {
                "Content-Type": "application/json",
                "X-Zendesk-Webhook-Invocation-Id": secrets.token_hex(16),
                "X-Zendesk-Webhook-Signature": base64.b64encode(signature).decode(),
                "X-Zendesk-Webhook-Signature-Timestamp": now,
            },
        )

    def _post(self, path: str, body: bytes, headers: Mapping[str, str]) -> None:
        with requests.Session() as session:
            session.trust_env = False  # a proxy that the environment names has no business on loopback
            try:
                answer = session.post(
                    self._url + path, data=body, headers=headers, timeout=CALL_SECONDS, allow_redirects=False
                )
            except requests.RequestException:
                raise Refused("The HTTP door gave no answer to an objection.") from None  # its text names the link
        if answer.status_code != requests.codes.ok:
            raise Refused(f"The HTTP door did not take an objection: it answered {answer.status_code}.")
