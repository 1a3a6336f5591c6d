"""Calls of the GovernanceService: which policy is in force, and whether the service may run under it."""

import grpc
from leadgate.v1.governance_service_pb2 import (
    ApplyPolicyRequest,
    ApplyPolicyResponse,
    GetPolicyRequest,
    GetPolicyResponse,
    GetReadinessRequest,
    GetReadinessResponse,
)
from leadgate.v1.governance_service_pb2_grpc import GovernanceServiceStub

from leadgate_client._calls import POLICY_SECONDS, READ_SECONDS, Calls, request_id_or_new


class GovernanceCalls(Calls):
    """Calls that show and change the policy, and report readiness."""

    def __init__(self, channel: grpc.Channel, token: str) -> None:
        super().__init__(channel, token)
        self._governance = GovernanceServiceStub(channel)

    def get_readiness(self, *, timeout: float = READ_SECONDS) -> GetReadinessResponse:
        """Report each open point between the present state and lawful operation, with its remedy.

        Args:
            timeout: Seconds for the call with all its retries.
        """
        return self._call(self._governance.GetReadiness, GetReadinessRequest(), timeout)

    def get_policy(self, *, timeout: float = READ_SECONDS) -> GetPolicyResponse:
        """Read the policy in force.

        Args:
            timeout: Seconds for the call with all its retries.
        """
        return self._call(self._governance.GetPolicy, GetPolicyRequest(), timeout)

    def apply_policy(
        self, *, yaml: str, expected_version: int, request_id: str | None = None, timeout: float = POLICY_SECONDS
    ) -> ApplyPolicyResponse:
        """Put a new version of the policy in force, for every decision that starts after the answer.

        Args:
            yaml: The policy, at most 256 KiB.
            expected_version: The version that the author saw, so that nobody's change is lost.
            request_id: Pass your own to repeat the call after an error of unknown effect; else a random one is used.
            timeout: Seconds for the call with all its retries.

        Raises:
            PolicyInvalid: The policy has mistakes, each with its line, reason and remedy.
            PolicyChanged: Another version than *expected_version* is in force.
            RequestIdReused: *request_id* was used with other arguments.
        """
        request = ApplyPolicyRequest(
            request_id=request_id_or_new(request_id), yaml=yaml, expected_version=expected_version
        )
        return self._call(self._governance.ApplyPolicy, request, timeout)
