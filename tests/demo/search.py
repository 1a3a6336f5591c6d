"""Runs of the demo in a process of their own, and the search for what must not be left behind by them."""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from leadgate_simulators import CANARY

ADDRESS = re.compile(rb"[\w.+-]+(?:@|%40)(?:[\w-]+\.)+(?:com|net|org)", re.IGNORECASE)
"""Finds every address of a person, whether a provider knows it or not, and every mailbox."""


def start(*arguments: str) -> subprocess.Popen[bytes]:
    """Start `leadgate demo` with these arguments."""
    command = [sys.executable, "-m", "leadgate_cli", "demo", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def files_with_personal_values(folder: Path, addresses: Iterable[str]) -> list[str]:
    """List the files below a folder, but for the simulators' own, in which any byte is part of a personal value.

    Args:
        folder: What a run left.
        addresses: Exact addresses to search for, beside every canary and everything that looks like an address.
    """
    exact = [address.encode() for address in addresses]
    files = [(path.relative_to(folder).as_posix(), path) for path in folder.rglob("*") if path.is_file()]
    return [name for name, path in files if "simulator" not in name and is_personal(path.read_bytes(), exact)]


def is_personal(content: bytes, addresses: Iterable[bytes] = ()) -> bool:
    """Whether some of these bytes are a canary or an address."""
    lowered = content.lower()
    return bool(CANARY.search(content) or ADDRESS.search(content)) or any(one in lowered for one in addresses)


def traffic(folder: Path) -> list[Mapping[str, Any]]:
    """Read what the simulated providers saw in a run: each request line with its status."""
    logs = sorted((folder / "simulators").glob("*.jsonl"))
    return [json.loads(line) for log in logs for line in log.read_text(encoding="utf-8").splitlines()]


def addresses_asked_for(folder: Path) -> set[str]:
    """Read from the simulators' log which addresses were sent to a provider."""
    queries = (parse_qs(urlsplit(seen["request"].removeprefix("GET ")).query) for seen in traffic(folder))
    return {address for query in queries for address in query.get("email", [])}
