"""What netgen's own drivers have alike: a candidate has its name before the commit, and no lock outlives its holder."""

from collections.abc import Mapping
from typing import Any


def refused_line(message: str, files: Mapping[str, str]) -> tuple[str, int] | None:  # noqa: ARG001 - as all adapters
    """Return nothing: the driver's message names what is refused itself."""
    return None


def candidate_id(driver: Any) -> str:  # noqa: ANN401 - NAPALM is untyped
    """Return the candidate's name, which its commit bears."""
    return str(driver.commit_id)


def detach(driver: Any) -> None:  # noqa: ANN401 - as all adapters
    """Do nothing: closing the driver does not touch a commit's timer."""


def attach(driver: Any, commit_id: str) -> None:  # noqa: ANN401 - NAPALM is untyped
    """Take over a commit by its candidate's name."""
    driver.commit_id = commit_id


def lock_holders(driver: Any) -> str:  # noqa: ANN401, ARG001 - as all adapters
    """Return nothing: the driver's message names the holder itself."""
    return ""


def backup(driver: Any) -> dict[str, str]:  # noqa: ANN401 - NAPALM is untyped
    """Return what the driver would load to have all as it is."""
    files: dict[str, str] = driver.get_artifacts()
    return files
