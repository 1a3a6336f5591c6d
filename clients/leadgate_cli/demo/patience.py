"""How long the demo waits for an answer."""

CALL_SECONDS = 120.0
"""Deadline of every call. The SDK's own are short enough for whoever waits at a desk. Here service, providers and
callers share the cores of one laptop, and perhaps with a build beside them: a call that takes long says something of
the laptop, and is no reason to end the demo."""
