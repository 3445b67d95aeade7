"""Rows of text as CSV, line by line."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence


class _Line:
    """A file whose ``write`` gives the line back, so that a table needs no buffer."""

    def write(self, line: str) -> str:
        """Return the line."""
        return line


def csv_lines(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> Iterator[str]:
    """Yield the header and a line for every row, RFC 4180 but for line ends as Unix has them.

    Parameters
    ----------
    columns
        Keys of the rows, in order.
    rows
        ``None`` is written as an empty field.
    """
    writer = csv.writer(_Line(), lineterminator="\n")
    yield writer.writerow(columns)
    for row in rows:
        yield writer.writerow([row[column] for column in columns])
