import hashlib

import pytest

from netgen.diagnostics.model import Severity
from netgen.resources.load import Resources
from netgen.resources.overrides import outdated_overrides, overrides


@pytest.mark.parametrize(
    ("head", "outdated"),
    [
        ("{# overrides: sha256:%s #}\n", False),
        ("# overrides: sha256:%s\n", False),
        ("! nothing\n{# overrides: sha256:%s #}\n", True),
        ("", True),
    ],
)
def test_override_remembers_what_it_overrode(found: Resources, head: str, outdated: bool):
    assert found.user
    digest = hashlib.sha256(b"hostname {{ device.name }}\n").hexdigest()
    (found.user / "templates/eos/eos.cfg.j2").write_text((head % digest if head else "") + "mine\n")
    (override,) = overrides(found)
    assert override.outdated is outdated


def test_override_of_what_has_changed_since_is_outdated(found: Resources):
    assert found.user
    (found.user / "templates/eos/eos.cfg.j2").write_text("{# overrides: sha256:" + "0" * 64 + " #}\n")
    (override,) = overrides(found)
    assert override.outdated
    assert override.recorded == "0" * 64
    (diagnostic,) = outdated_overrides(found)
    assert diagnostic.severity is Severity.WARNING
    assert diagnostic.label
    assert diagnostic.label.span.file == found.user / "templates/eos/eos.cfg.j2"


def test_advice_is_the_line_that_settles_it(found: Resources):
    assert found.user
    path = found.user / "templates/eos/eos.cfg.j2"
    path.write_text("mine\n")
    (diagnostic,) = outdated_overrides(found)
    path.write_text(diagnostic.advice.partition("first line: ")[2] + "\nmine\n")
    assert outdated_overrides(found) == []


def test_file_of_the_users_own_overrides_nothing(found: Resources):
    assert found.user
    (found.user / "templates/eos/extra.j2").write_text("mine\n")
    assert overrides(found) == []
