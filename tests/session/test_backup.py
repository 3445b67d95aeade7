import stat
from pathlib import Path

import pytest

from netgen.session.backup import load_backup, save_backup
from netgen.session.secrets import SecretError

FILES = {"eos.cfg": "hostname leaf1\n", "other": "é\n"}


def test_what_was_saved_is_loaded_and_its_owners_alone(tmp_path: Path):
    own = save_backup(tmp_path / "runs/1", "leaf1", FILES)
    assert load_backup(tmp_path / "runs/1", "leaf1") == FILES
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (own, own.parent, *own.iterdir())}
    assert modes == {"leaf1": 0o700, "1": 0o700, "eos.cfg": 0o600, "other": 0o600}


def test_one_that_everybody_can_read_is_refused(tmp_path: Path):
    (save_backup(tmp_path, "leaf1", FILES) / "eos.cfg").chmod(0o644)
    with pytest.raises(SecretError, match="chmod 600"):
        load_backup(tmp_path, "leaf1")


def test_a_link_in_its_place_is_not_followed(tmp_path: Path):
    victim = tmp_path / "victim"
    victim.write_text("as it was")
    (tmp_path / "leaf1").mkdir()
    (tmp_path / "leaf1/.eos.cfg.netgen-tmp").symlink_to(victim)
    save_backup(tmp_path, "leaf1", FILES)
    assert victim.read_text() == "as it was"
    assert not (tmp_path / "leaf1/eos.cfg").is_symlink()
