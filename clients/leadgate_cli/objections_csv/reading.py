"""Bytes to rows of cells: encodings, delimiters and quotation marks as spreadsheets and exports leave them.

Nothing here raises because of what is in the file, and no row gets lost. A quotation mark that nothing closes, or that
closes in the middle of a cell, is text: it must not swallow the rows behind it.
"""

import codecs
import csv
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import chain
from typing import BinaryIO, TextIO

MOST_CHARACTERS = 1_250_000
"""The longest row that is read, line breaks and quotation marks included; a longer one is passed over, and said so."""

MOST_LINES = 10_000
"""The most lines of one row: a cell may hold a letter, and not half of the file."""

DELIMITERS = (",", ";", "\t")

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 16
"""The bytes by which UTF-16 without a mark is known: eight characters, and no head and address is shorter."""

_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[\r\n]*', re.IGNORECASE)

Cells = list[str] | None
"""The cells of a row; None of one that is longer than what is read."""


def _windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Read what is no UTF-8 as Western Excel writes it: a file may well be joined from both."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("leadgate.windows-1252", _windows_1252)


@dataclass(frozen=True, slots=True, repr=False)
class Table:
    """A file of which the heads are read and the rows are to be.

    Attributes:
        heads: The cells of the first row that is not empty.
        rows: The number and the cells of each later row, empty ones included. The numbers are those that a
            spreadsheet shows: the first row is 1, and a quoted line break begins no row.
    """

    heads: Sequence[str]
    rows: Iterator[tuple[int, Cells]]


@contextmanager
def opened_table(file: BinaryIO, familiarity: Callable[[Sequence[str]], int]) -> Iterator[Table]:
    """Read a file while the block lasts; it stays open.

    Args:
        file: Open at its start, and able to go back there.
        familiarity: Says how many of some cells are heads that one knows: the delimiter that gives most is right.

    Yields:
        The heads, none if the file is empty or the first row is too long; and the rows, read as they are asked for.
    """
    csv.field_size_limit(MOST_CHARACTERS)  # of the whole process, whose own limit is below what people paste
    encoding = _encoding(file.read(_SAMPLE))
    file.seek(0)
    errors = "leadgate.windows-1252" if encoding.startswith("utf-8") else "replace"
    text = TextIOWrapper(file, encoding=encoding, errors=errors, newline="")
    try:
        yield _best_table(text, familiarity)
    finally:
        text.detach()


def _encoding(sample: bytes) -> str:
    """Say how a file is written that begins so: by its mark, or by the NULs that UTF-16 has beside Latin letters."""
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name
    even, odd = sample[::2], sample[1::2]
    for letters, nuls, name in ((even, odd, "utf-16-le"), (odd, even, "utf-16-be")):
        if len(sample) == _SAMPLE and all(letters) and not any(nuls):
            return name
    return "utf-8"


def _best_table(text: TextIO, familiarity: Callable[[Sequence[str]], int]) -> Table:
    """Read by the delimiter that gives most heads that one knows, or by the one that the first line names."""
    said = _SEPARATOR_LINE.fullmatch(text.readline(10))
    start = text.tell() if said else 0
    tables = [_table(text, start, delimiter) for delimiter in ([said[1]] if said else DELIMITERS)]
    best = max(tables, key=lambda table: (familiarity(table.heads), len(table.heads)))
    return best if best is tables[-1] else _table(text, start, DELIMITERS[tables.index(best)])


def is_empty(cells: Cells) -> bool:
    """Whether a row is there for the eye only."""
    return cells is not None and not any(cell.strip() for cell in cells)


def _table(text: TextIO, start: int, delimiter: str) -> Table:
    """Read the heads; of several tables over one text, only the last can read on."""
    text.seek(start)
    rows = enumerate(_records(text, delimiter), start=1)
    for _, cells in rows:
        if not is_empty(cells):
            return Table(cells or (), rows)
    return Table((), rows)


class _Unclosed(Exception):
    """A quotation mark has been open for too long."""


def _records(text: TextIO, delimiter: str) -> Iterator[Cells]:
    while line := _line(text):
        if len(line) > MOST_CHARACTERS:
            yield None
            continue
        taken = [line]
        try:
            cells = next(csv.reader(_remembered(text, taken), delimiter=delimiter, strict=True))
        except (csv.Error, _Unclosed):
            yield from (_alone(one, delimiter) for one in taken)
        else:
            yield cells


def _line(text: TextIO) -> str:
    """Read a line with its end; of one that is too long a part that is too long as well."""
    line = part = text.readline(MOST_CHARACTERS + 1)
    while len(part) > MOST_CHARACTERS and not part.endswith(("\r", "\n")):
        part = text.readline(MOST_CHARACTERS + 1)
    return line


def _remembered(text: TextIO, taken: list[str]) -> Iterator[str]:
    """Yield the lines of one row as they are needed, and remember them.

    Raises:
        _Unclosed: They are more, or longer, than one row may be.
    """
    size = len(taken[0])
    yield taken[0]
    while line := _line(text):
        taken.append(line)
        size += len(line)
        if size > MOST_CHARACTERS or len(taken) > MOST_LINES:
            raise _Unclosed
        yield line


def _alone(line: str, delimiter: str) -> Cells:
    """Read a line as a row of its own, quotation marks as well as they can be understood."""
    if len(line) > MOST_CHARACTERS:
        return None
    lines = chain([line], [""])
    cells = next(csv.reader(lines, delimiter=delimiter))
    if next(lines, None) is None:  # a quotation mark is still open at the end of the line
        cells = next(csv.reader([line], delimiter=delimiter, quoting=csv.QUOTE_NONE))
    return cells
