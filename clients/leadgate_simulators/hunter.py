"""A simulated Hunter: the same invented people as Clearbit's, in Hunter's native format."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leadgate_simulators.answers import Answer, serialised
from leadgate_simulators.dice import dice
from leadgate_simulators.faults import FaultPlan
from leadgate_simulators.generator import Generator
from leadgate_simulators.server import Simulator

_MAIL_HOST = "mailhost.example.net"


class HunterSimulator(Simulator):
    """Hunter's `people/find`, `combined/find` and `companies/find`.

    Args:
        generator: Whom it knows; None answers from the fixtures, by their recorded requests.
        faults: See `Simulator`.
        recorded: See `Simulator`.
        traffic_log: See `Simulator`.
        api_key: Let in by the header `X-API-KEY` only, though Hunter itself also takes it in the query.
    """

    name = "hunter"

    def __init__(
        self,
        generator: Generator | None = None,
        *,
        faults: FaultPlan | None = None,
        recorded: str | None = None,
        traffic_log: Path | None = None,
        api_key: str = "hunter_simulated",
    ) -> None:
        super().__init__(api_key=api_key, faults=faults, recorded=recorded, traffic_log=traffic_log)
        self._generator = generator

    def _is_let_in(self, headers: Mapping[str, str]) -> bool:
        return headers.get("x-api-key") == self.api_key

    def _plain(self, path: str, params: Mapping[str, str]) -> Answer:
        if self._generator is None:
            return self._found(path, params)
        match path, params:
            case "/v2/combined/find", {"email": email}:
                answer = native(self._generator.answer(email))
                return self._sent(answer if any(answer.values()) else None, {"email": email})
            case "/v2/people/find", {"email": email}:
                return self._sent(native(self._generator.answer(email))["person"], {"email": email})
            case "/v2/companies/find", {"domain": domain}:
                company = native({"person": None, "company": self._generator.company(domain)})["company"]
                return self._sent(company, {"domain": domain})
        return self._error(400)

    def _sent(self, data: object, meta: Mapping[str, str]) -> Answer:
        return self._error(404) if data is None else Answer(body=serialised({"data": data, "meta": meta}))


def native(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a combined answer of Clearbit's format into Hunter's own, with a direct line for who is known."""
    person, company = answer["person"], answer["company"]
    return {
        "person": person and _native_person(person, company),
        "company": company and _native_company(company),
    }


def _native_person(person: Mapping[str, Any], company: Mapping[str, Any] | None) -> dict[str, Any]:
    # The extension varies with the person; the rest is the switchboard's, so that the number stays a valid one.
    extension = dice(0, "extension", person["email"]).randrange(10, 100)
    return {
        **person,
        "emailProvider": _MAIL_HOST,
        "indexedAt": "2026-10-02",
        "phone": company and f"{company['phone'][:-2]}{extension}",
        "activeAt": "2026-10-01",
        "inactiveAt": None,
    }


def _native_company(company: Mapping[str, Any]) -> dict[str, Any]:
    metrics = dict(company["metrics"])
    metrics["employees"] = metrics.pop("employeesRange")
    return {
        **company,
        "metrics": metrics,
        "emailProvider": _MAIL_HOST,
        "indexedAt": "2026-10-01",
        "companyType": "privately held",
        "youtube": {"handle": None},
        "instagram": {"handle": None},
        "fundingRounds": [],
    }
