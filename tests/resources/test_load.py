from pathlib import Path

import pytest

from netgen.resources.load import ResourceError, Resources, resources, user_root


def test_built_in_file_is_found(found: Resources):
    resource = found.find("templates/eos/eos.cfg.j2")
    assert resource.read() == "hostname {{ device.name }}\n"
    assert resource.builtin is None


def test_user_overrides_file_by_file(found: Resources):
    assert found.user
    (found.user / "templates/eos/eos.cfg.j2").write_text("mine\n")
    (found.user / "templates/eos/extra.j2").write_text("extra\n")
    assert found.find("templates/eos/eos.cfg.j2").read() == "mine\n"
    assert found.find("templates/eos/other.j2").read() == "other\n"
    names = [resource.name for resource in found.walk("templates/eos")]
    assert names == ["templates/eos/eos.cfg.j2", "templates/eos/extra.j2", "templates/eos/other.j2"]


def test_what_editors_leave_is_passed_over(found: Resources):
    assert found.user
    (found.user / "templates/eos/.eos.cfg.j2.swp").write_bytes(b"\0")
    (found.user / "templates/eos/a copy.j2").write_text("")
    names = [resource.name for resource in found.walk("templates")]
    assert names == ["templates/eos/eos.cfg.j2", "templates/eos/other.j2"]


def test_user_may_add_a_platform(found: Resources):
    assert found.user
    (found.user / "templates/mine").mkdir()
    assert found.folders("templates") == ["eos", "mine"]


@pytest.mark.parametrize(
    "name",
    [
        "templates/../../etc/passwd",
        "templates//etc/passwd",
        "/etc/passwd",
        "templates/./eos.cfg.j2",
        "templates/eos/eos\n.j2",
        "templates/eos/.hidden",
        "elsewhere/x",
        "",
    ],
)
def test_names_that_leave_are_refused(found: Resources, name: str):
    with pytest.raises(ResourceError, match="not the name of a resource"):
        found.find(name)


def test_links_that_leave_are_refused(found: Resources, tmp_path: Path):
    assert found.user
    (tmp_path / "outside.j2").write_text("secret\n")
    (found.user / "templates/eos/eos.cfg.j2").symlink_to(tmp_path / "outside.j2")
    with pytest.raises(ResourceError, match="leads out of"):
        found.find("templates/eos/eos.cfg.j2")


def test_missing_file_says_where_it_was_looked_for(found: Resources):
    with pytest.raises(ResourceError, match=r"user/templates/eos/absent\.j2 and .*builtin/templates/eos/absent\.j2"):
        found.find("templates/eos/absent.j2")


def test_file_that_is_not_text_is_refused(found: Resources):
    assert found.user
    (found.user / "templates/eos/eos.cfg.j2").write_bytes(b"\xff\xfe")
    with pytest.raises(ResourceError, match="cannot be read"):
        found.find("templates/eos/eos.cfg.j2").read()


def test_repository_of_an_intent_folder(tmp_path: Path):
    assert user_root(tmp_path / "intent/aurora") == tmp_path
    assert user_root(tmp_path / "elsewhere/aurora") is None


def test_checkout_does_not_override_itself():
    top = Path(__file__).parents[2]
    assert resources(top).user is None
