"""Simulated enrichment providers: real HTTP servers on 127.0.0.1 that speak the providers' wire formats.

They answer from fixtures, byte for byte, or from a seeded generator of invented people and companies, and misbehave as
a fault plan says. Every personal value that must not be kept is a canary, so that one search shows where it went.
"""

from leadgate_simulators.answers import Answer, Delivery
from leadgate_simulators.canaries import ADDRESS, CANARY, canaries
from leadgate_simulators.clearbit import ClearbitSimulator
from leadgate_simulators.faults import Fault, FaultPlan
from leadgate_simulators.generator import Generator, Mix
from leadgate_simulators.hunter import HunterSimulator
from leadgate_simulators.server import Seen

__all__ = [
    "ADDRESS",
    "CANARY",
    "Answer",
    "ClearbitSimulator",
    "Delivery",
    "Fault",
    "FaultPlan",
    "Generator",
    "HunterSimulator",
    "Mix",
    "Seen",
    "canaries",
]
