"""What the tests of the command find when they come: rings, a founded database, and a service that holds leads."""

import asyncio
import io
from pathlib import Path

from leadgate_client import (
    Client,
    CrmReference,
    IngestItem,
    LeadFields,
    ObjectionChannel,
    Objector,
    Origin,
    Range,
    TypedAnswer,
)
from leadgate_service.app import App, open_store, utc_now
from leadgate_service.burn_ring import BurnRing
from leadgate_service.config import Config, StoreConfig
from leadgate_service.keep_ring import KeepRing
from leadgate_service.policy_file import BundledPolicy, bundled_text
from leadgate_service.records import Caller, PolicyChange

from tests.cli.terminal import Terminal
from tests.running_service import RunningService

IDA = "ida.vermolen@northpier.example.com"
OTTO = "otto.brandsma@northpier.example.com"
"""Who objected."""


def installed(folder: Path, database_url: str) -> Terminal:
    """Make rings and a place for checkpoints, and return a terminal where they are exported."""
    KeepRing.create(folder / "keep")
    BurnRing.create(folder / "burn")
    (folder / "checkpoints").mkdir()
    return Terminal().exporting(
        LEADGATE_DATABASE_URL=database_url,
        LEADGATE_KEEP_RING=folder / "keep",
        LEADGATE_BURN_RING=folder / "burn",
        LEADGATE_CHECKPOINTS=folder / "checkpoints",
    )


def found(folder: Path, database_url: str, policy: BundledPolicy = BundledPolicy.DEMO) -> None:
    """Found a database with a bundled policy, as the first start of a service does."""
    config = StoreConfig(database_url=database_url, keep_ring=folder / "keep", burn_ring=folder / "burn")

    async def work() -> None:
        store, _ = await open_store(config, utc_now, serving=False)
        caller = Caller("founder", "a test", "founding", b"")
        yaml = bundled_text(policy)
        await store.apply_policy(
            PolicyChange(caller=caller, yaml=yaml, expected_version=0, now=utc_now(), encode=lambda _: b"")
        )
        await store.close()

    asyncio.run(work())


def serve_for_a_moment(terminal: Terminal) -> None:
    """Start a service and stop it, which writes a checkpoint of the audit trail."""
    config = Config.from_environment({**terminal.variables, "LEADGATE_DEV": "1", "LEADGATE_LISTEN": "127.0.0.1:0"})

    async def work() -> None:
        app = await App.build(config, utc_now, log=io.StringIO())
        await app.start()
        await app.stop(0)

    asyncio.run(work())


def connected(service: RunningService, principal: str) -> Terminal:
    """Return a terminal where a service's address and a principal's token are exported."""
    return Terminal().exporting(LEADGATE_TARGET=service.target, LEADGATE_TOKEN=service.token(principal))


def fill(service: RunningService) -> None:
    """Hand in two invented people, of whom Otto objects afterwards."""
    with service.client("crm_sync") as client:
        take_in(client, IDA, "Ida Vermolen", "00Q1")
        take_in(client, OTTO, "Otto Brandsma", "00Q2")
    with service.client("support") as client:
        client.register_objection(Objector(emails=[OTTO]), channel=ObjectionChannel.OBJECTION_CHANNEL_SUPPORT)


def take_in(client: Client, email: str, name: str, record_id: str) -> None:
    """Hand in an answer about an invented person."""
    fields = LeadFields(
        company_name="Northpier Analytics",
        company_website="northpier.example.com",
        company_industry="Software",
        company_employee_range=Range(lower=251, upper=1000),
        job_function="operations",
        full_name=name,
    )
    item = IngestItem(
        email=email,
        origin=Origin.ORIGIN_CRM_LEAD,
        source="clearbit",
        answer=TypedAnswer(fields=fields),
        country_code="NL",
        crm_reference=CrmReference(recipient="salesforce", object="Lead", record_id=record_id),
    )
    (result,) = client.batch_ingest_leads(items=[item]).results
    assert result.lead_id
