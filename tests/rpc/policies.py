"""Policies of running services: the demo policy, changed at some places."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.domain.policies import Path as PolicyPath
from tests.domain.policies import changed, written
from tests.rpc.messages import apply
from tests.running_service import RunningService

MARKETING_FIELDS = ["company_name", "company_industry", "job_function"]


def single_role(role: str) -> dict[str, Any]:
    """Describe a principal that holds one role and is called after it."""
    tool = {"marketing": {"tool": "Planner", "fields": MARKETING_FIELDS}} if role == "marketing" else {}
    return {"name": role.replace("_", "-"), "kind": "job", "roles": [role], **tool}


def founding(folder: Path, changes: Mapping[PolicyPath, object]) -> Path:
    """Write a policy to found a service's database with."""
    path = folder / "policy.yaml"
    path.write_text(written(changed(changes)), encoding="utf-8")
    return path


def change_policy(service: RunningService, changes: Mapping[PolicyPath, object]) -> None:
    """Put the demo policy in force with other values at some places, as the privacy officer does."""
    version = service.loop.run(service.app.policies.current()).version
    answer = service.as_("privacy_officer").send(apply(written(changed(changes)), version))
    assert answer.body, answer
