"""A real router and a real host to drive: nodes of the lab, over SSH."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from netgen.lab import lab
from netgen.lab.spec import LabCable, LabNode, LabSpec
from netgen.session.drivers.registry import driver_class
from tests.frr_leaf import FILES

SPEC = LabSpec(
    "drivers",
    (
        LabNode("leaf1", "frr", "SN-LEAF1", "8.4.4", "test-switch", ("swp1", "swp2", "swp3")),
        LabNode("spine1", "frr", "SN-SPINE1", "8.4.4", "test-switch", ("swp1", "swp2")),
        LabNode("host1", "host", "SN-HOST1", "12", "test-server", ("eth1", "eth2")),
    ),
    (
        LabCable("leaf1", "swp1", "spine1", "swp1"),
        LabCable("leaf1", "swp2", "spine1", "swp2"),
        LabCable("leaf1", "swp3", "host1", "eth1"),
    ),
)


@dataclass(frozen=True)
class Bench:
    """The lab, and drivers for its nodes."""

    directory: Path
    connections: dict[str, Any]

    def arguments(self, node: str, **options: Any) -> tuple[str, str, str, int, dict[str, Any]]:
        device = self.connections["devices"][node]
        access = self.connections["platforms"][device["platform"]]
        known = {"port": access["port"], "key_file": access["key"], "known_hosts": access["known_hosts"]}
        return device["address"], self.connections["defaults"]["username"], "", 60, {**known, **options}

    def driver(self, node: str, **options: Any) -> Any:
        """Return a driver that is not open yet."""
        kind = self.connections["devices"][node]["platform"].removeprefix("lab-")
        return driver_class({"frr": "frr", "host": "linux"}[kind])(*self.arguments(node, **options))

    def inject(self, fault: str, *arguments: str) -> None:
        lab.inject(self.directory, fault, *arguments)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    directory = tmp_path_factory.mktemp("drivers") / "lab"
    try:
        lab.up(SPEC, directory)
        yield Bench(directory, yaml.safe_load((directory / "inventory/connections.yaml").read_text()))
    finally:
        lab.down(directory)


@pytest.fixture
def leaf(bench: Bench) -> Iterator[Any]:
    """A driver of leaf1, which runs and boots `FILES`."""
    driver = bench.driver("leaf1", lock_timeout=60)
    driver.open()
    if driver.has_pending_commit():  # of a test that failed
        driver.rollback()
    driver.load_replace_artifacts(FILES)
    driver.commit_config("start of a test")
    yield driver
    driver.close()


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Wait, no longer than is bearable, for something to become true."""

    def wait(condition: Callable[[], bool], limit_s: float = 180) -> None:
        deadline = time.monotonic() + limit_s
        while not condition():
            assert time.monotonic() < deadline, "it did not become true"
            time.sleep(0.3)

    return wait
