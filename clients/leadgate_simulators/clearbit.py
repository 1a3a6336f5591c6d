"""A simulated provider of Clearbit's format; people and companies are served by one port."""

import base64
from collections.abc import Mapping
from pathlib import Path

from leadgate_simulators.answers import Answer, serialised
from leadgate_simulators.faults import FaultPlan
from leadgate_simulators.generator import Generator
from leadgate_simulators.server import Simulator


class ClearbitSimulator(Simulator):
    """Clearbit's `people/find`, `combined/find` and `companies/find`.

    Args:
        generator: Whom it knows; None answers from the fixtures, by their recorded requests.
        faults: See `Simulator`.
        recorded: See `Simulator`.
        traffic_log: See `Simulator`.
        api_key: Let in as a bearer token, or as the user of HTTP Basic.
    """

    name = "clearbit"

    def __init__(
        self,
        generator: Generator | None = None,
        *,
        faults: FaultPlan | None = None,
        recorded: str | None = None,
        traffic_log: Path | None = None,
        api_key: str = "sk_simulated",
    ) -> None:
        super().__init__(api_key=api_key, faults=faults, recorded=recorded, traffic_log=traffic_log)
        self._generator = generator

    def _is_let_in(self, headers: Mapping[str, str]) -> bool:
        basic = base64.b64encode(f"{self.api_key}:".encode()).decode()
        return headers.get("authorization") in {f"Bearer {self.api_key}", f"Basic {basic}"}

    def _plain(self, path: str, params: Mapping[str, str]) -> Answer:
        if self._generator is None:
            return self._found(path, params)
        match path, params:
            case "/v2/combined/find", {"email": email}:
                answer = self._generator.answer(email)
                return self._sent(answer if any(answer.values()) else None)
            case "/v2/people/find", {"email": email}:
                return self._sent(self._generator.answer(email)["person"])
            case "/v2/companies/find", {"domain": domain}:
                return self._sent(self._generator.company(domain))
        return self._error(422)

    def _sent(self, document: object) -> Answer:
        return self._error(404) if document is None else Answer(body=serialised(document))
