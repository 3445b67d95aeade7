"""A repository with one cluster, and where it is rendered to."""

import shutil
from pathlib import Path

import pytest

from tests.render.repository import TOP, edit


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A user's repository with one cluster."""
    intent = tmp_path / "repository/intent/lab"
    shutil.copytree(TOP / "intent/lab", intent)
    # Room to grow, so that hosts can come and go.
    edit(intent, "capacity: {units: 2}", "capacity: {units: 2, hosts: 4}")
    return tmp_path / "repository"


@pytest.fixture
def intent(repository: Path) -> Path:
    return repository / "intent/lab"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"
