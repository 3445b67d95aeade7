from pathlib import Path

import pytest

from netgen.resources.load import Resources


@pytest.fixture
def found(tmp_path: Path) -> Resources:
    builtin, user = tmp_path / "builtin", tmp_path / "user"
    for root in (builtin, user):
        (root / "templates/eos").mkdir(parents=True)
    (builtin / "templates/eos/eos.cfg.j2").write_text("hostname {{ device.name }}\n")
    (builtin / "templates/eos/other.j2").write_text("other\n")
    kinds = tuple((kind, builtin / kind) for kind in ("templates", "playbooks", "catalog"))
    return Resources(kinds, user)
