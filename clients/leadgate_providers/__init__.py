"""Outgoing HTTP clients of the enrichment providers, one module each.

A client takes one address or one domain, asks its provider inside one total deadline, and answers with an `Outcome`.
It never raises for what a provider or a network does, and nothing it says, logs or raises holds what was asked for.
"""

from leadgate_providers.clearbit import ClearbitClient
from leadgate_providers.hunter import HunterClient
from leadgate_providers.reply import LEAST_SECONDS, MayAskAgain, Outcome, Provider, Query, Reply

__all__ = [
    "LEAST_SECONDS",
    "ClearbitClient",
    "HunterClient",
    "MayAskAgain",
    "Outcome",
    "Provider",
    "Query",
    "Reply",
]
