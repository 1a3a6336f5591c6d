"""What the contract leadgate.v1 promises about itself, whatever it says."""

import importlib
import pkgutil
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import leadgate.v1
import pytest
from google.protobuf.descriptor import Descriptor, FileDescriptor

from tests.house.contract import PROTOS, generate, proto_files
from tests.house.sources import project_settings

FREE_FORM = {f"google.protobuf.{name}" for name in ("Any", "Struct", "Value", "ListValue")}


def generated_files(folder: Path) -> dict[str, bytes]:
    """Every generated file under the folder, by relative path."""
    paths = (path for path in folder.rglob("*_pb2*") if path.suffix in {".py", ".pyi"})  # and no compiled ones
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def contract_files() -> list[FileDescriptor]:
    """The descriptor of each file of the contract."""
    modules = [name for _, name, _ in pkgutil.iter_modules(leadgate.v1.__path__) if name.endswith("_pb2")]
    return [importlib.import_module(f"leadgate.v1.{name}").DESCRIPTOR for name in modules]


def all_messages(messages: Sequence[Descriptor]) -> Iterator[Descriptor]:
    """The messages and all that are nested in them."""
    for message in messages:
        yield message
        yield from all_messages(message.nested_types)


def message_fields() -> list[tuple[str, Descriptor]]:
    """Every field of the contract that holds a message: its full name, and the message's type."""
    files = contract_files()
    messages = [message for file in files for message in all_messages(list(file.message_types_by_name.values()))]
    fields = [field for message in messages for field in message.fields]
    return [(field.full_name, field.message_type) for field in fields if field.message_type is not None]


def floor_of(package: str) -> str:
    """The oldest version of the package that pyproject.toml allows."""
    dependencies: list[str] = project_settings()["project"]["dependencies"]
    return next(line.removeprefix(f"{package}>=") for line in dependencies if line.startswith(f"{package}>="))


def test_generated_code_is_what_the_contract_generates(tmp_path: Path) -> None:
    """The checked-in code is byte for byte what `make proto` writes from the .proto files, no more and no less."""
    generate(tmp_path)
    fresh, kept = generated_files(tmp_path), generated_files(PROTOS)
    stale = {name for name in fresh.keys() | kept.keys() if fresh.get(name) != kept.get(name)}
    assert stale == set(), "run `make proto`"


def test_floors_are_the_versions_that_generated_code_demands() -> None:
    """Whoever installs the oldest protobuf and grpcio that are allowed can import the generated code."""
    messages = (PROTOS / "leadgate/v1/types_pb2.py").read_text(encoding="utf-8")
    stubs = (PROTOS / "leadgate/v1/lead_service_pb2_grpc.py").read_text(encoding="utf-8")
    protobuf = re.search(r"# Protobuf Python Version: ([\d.]+)", messages)
    grpcio = re.search(r"GRPC_GENERATED_VERSION = '([\d.]+)'", stubs)
    assert protobuf is not None
    assert grpcio is not None
    assert (protobuf[1], grpcio[1]) == (floor_of("protobuf"), floor_of("grpcio"))


def test_a_third_of_the_contract_is_explanation() -> None:
    """At least 35 % of the contract's lines that are not blank are comments."""
    lines = [line.strip() for path in proto_files() for line in path.read_text(encoding="utf-8").splitlines()]
    written = [line for line in lines if line]
    comments = [line for line in written if line.startswith("//")]
    assert len(comments) / len(written) >= 0.35


@pytest.mark.proves("R-002")
def test_no_message_has_room_for_free_form_content() -> None:
    """No field of the contract is an Any, a Struct or a map: what is not declared has nowhere to travel."""
    fields = message_fields()
    free_form = [name for name, kind in fields if kind.full_name in FREE_FORM or kind.GetOptions().map_entry]
    assert fields
    assert free_form == []


@pytest.mark.proves("R-022")
def test_nobody_is_asked_for_papers() -> None:
    """No field of the contract has room for an identity document: an identifier is enough to object."""
    papers = re.compile(r"passport|identity|document|bsn|national_id|birth|proof|scan|photo|ground")
    names = [
        f"{message.name}.{field.name}"
        for file in contract_files()
        for message in file.message_types_by_name.values()
        for field in message.fields
    ]
    assert len(names) > 100
    assert [name for name in names if papers.search(name.partition(".")[2])] == []


def test_the_contract_imports_nothing_that_a_caller_would_have_to_find() -> None:
    """Each file imports only the contract itself and what every protobuf installation brings."""
    imported = {dependency.name for file in contract_files() for dependency in file.dependencies}
    assert {name for name in imported if not name.startswith(("leadgate/v1/", "google/protobuf/"))} == set()
