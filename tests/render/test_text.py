from pathlib import Path

import pytest

from netgen.render.errors import RenderError
from netgen.render.text import jinja_environment, render_template
from netgen.resources.load import Resources


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    folder = tmp_path / "templates/toy"
    folder.mkdir(parents=True)
    return folder


def found(templates: Path) -> Resources:
    top = templates.parents[1]
    return Resources(tuple((kind, top / kind) for kind in ("templates", "playbooks", "catalog")))


def render(templates: Path, text: str, **context: object) -> str:
    (templates / "toy.j2").write_text(text)
    return render_template(jinja_environment(found(templates)), "toy/toy.j2", context)


def test_blocks_leave_no_lines(templates: Path):
    assert (
        render(templates, "{% for x in xs %}\n  {% if x %}\nx {{ x }}\n  {% endif %}\n{% endfor %}\n", xs=[1, 0, 2])
        == "x 1\nx 2\n"
    )


def test_addresses_become_text(templates: Path):
    text = "{{ a | ipv4 }} {{ a | network(8) }} {{ 31 | netmask }} {{ a | network(0) }} {{ a | network(32) }}\n"
    assert render(templates, text, a=0x0A010203) == "10.1.2.3 10.0.0.0/8 255.255.255.254 0.0.0.0/0 10.1.2.3/32\n"


def test_numbers_become_binary_or_units(templates: Path):
    text = "{{ 26 | bits(6) }} {{ 3 | bits(3) }} {{ 700 | units(500) }} {{ 750 | units(500) }} {{ 249 | units(500) }}\n"
    assert render(templates, text) == "011010 011 1 2 0\n"


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("et-0/0/1:0", "et-0/0/1:0"),
        ("hall 1", '"hall 1"'),
        ("", '""'),
        ('a"; reboot', r'"a\"; reboot"'),
        ("a\\", r'"a\\"'),
        ("a#b", '"a#b"'),
    ],
)
def test_only_plain_words_go_without_quotes(word: str, said: str, templates: Path):
    assert render(templates, "{{ word | quoted }}\n", word=word) == f"{said}\n"


def test_quantities_come_in_whole_units_or_not_at_all(templates: Path):
    assert render(templates, "{{ 500000 | kilobytes }} {{ 400 | multiple(100) }}\n") == "500 4\n"
    with pytest.raises(RenderError, match="500001 is not a multiple of 1000"):
        render(templates, "{{ 500001 | kilobytes }}\n")


def test_nothing_is_escaped(templates: Path):
    assert render(templates, "{{ x }}\n", x="<&>") == "<&>\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ok\n{{ absent }}\n", r"toy\.j2:2: 'absent' is undefined"),
        ("ok\n{{ x.absent }}\n", r"toy\.j2:2: .*no attribute 'absent'"),
        ("{% for %}\n", r"toy\.j2:1: "),
        ("ok\n\n{{ 1 // 0 }}\n", r"toy\.j2:3: "),
        ("{% include 'toy/absent.j2' %}", r"there is no templates/toy/absent\.j2"),
        ("{% include '../../../etc/passwd' %}", "not the name of a resource"),
    ],
)
def test_failures_have_their_place(templates: Path, text: str, message: str):
    with pytest.raises(RenderError, match=message):
        render(templates, text, x="x")


def test_what_quicker_code_fails_at_is_left_to_jinja2(templates: Path):
    (templates / "toy.j2").write_text("{{ x.item }} {{ x.absent is defined }} {{ x.items is defined }}\n")
    (templates / "other.j2").write_text("{{ x }}\n")
    environment = jinja_environment(found(templates))
    for _ in range(2):
        assert render_template(environment, "toy/toy.j2", {"x": {"item": 1}}) == "1 False True\n"
    assert render_template(environment, "toy/other.j2", {"x": 1}) == "1\n"
    assert environment.left == {"toy/toy.j2"}


def test_a_macro_is_called_once_for_equal_arguments(templates: Path):
    (templates / "macros.j2").write_text("{% macro line(calls, n) %}{{ calls.append(n) or n }}\n{% endmacro %}")

    class Calls(list[int]):
        """Those that a macro was called with; equal to themselves only."""

        __hash__ = object.__hash__

    calls = Calls()
    text = '{% from "toy/macros.j2" import line %}{% for n in ns %}{{ line | once(calls, n) }}{% endfor %}'
    assert render(templates, text, calls=calls, ns=[1, 2, 1, 2, 3]) == "1\n2\n1\n2\n3\n"
    assert calls == [1, 2, 3]
