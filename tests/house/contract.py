"""Generates the Python code of the contract, beside its .proto files or anywhere else. Run it with `make proto`."""

import subprocess
import sys
from pathlib import Path

from tests.house.sources import ROOT

PROTOS = ROOT / "protos"
SCRIPTS = Path(sys.executable).parent
OUTPUTS = ("--python_out=", "--grpc_python_out=", "--mypy_out=quiet:", "--mypy_grpc_out=quiet:")


def proto_files() -> list[Path]:
    """The contract's files, in order of name."""
    return sorted(PROTOS.rglob("*.proto"))


def generate(out: Path) -> None:
    """Writes messages, stubs and their types under *out*, in folders named as the packages are.

    Raises:
        subprocess.CalledProcessError: The compiler refused the contract; it has said why on stderr.
    """
    plugins = [f"--plugin={name}={SCRIPTS / name}" for name in ("protoc-gen-mypy", "protoc-gen-mypy_grpc")]
    outputs = [f"{option}{out}" for option in OUTPUTS]
    files = [path.relative_to(PROTOS).as_posix() for path in proto_files()]
    compiler = [sys.executable, "-m", "grpc_tools.protoc"]
    subprocess.run([*compiler, "-I.", *plugins, *outputs, *files], cwd=PROTOS, check=True)


if __name__ == "__main__":
    generate(PROTOS)
