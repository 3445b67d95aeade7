"""What users get wrong ends in words and the right exit code; data goes to stdout and talk to stderr."""

import json
import re
from pathlib import Path

import pytest

from netgen.cli.app import app
from tests.cli.conftest import Run

COMMANDS = ["validate", "render", "topology", "export", "diff", "apply", "verify", "schema", "init", "version"]
LAB = ["up", "status", "fault", "down"]


def test_help_lists_every_command_with_its_whole_sentence(netgen: Run):
    answer = netgen("--help")
    assert answer.code == 0
    listed = re.findall(r"^  ([a-z]+)  +(.+)$", answer.out.partition("Commands:")[2], re.MULTILINE)
    assert [name for name, _ in listed] == [*COMMANDS, "lab"]
    assert all(sentence.endswith(".") and not sentence.endswith("...") for _, sentence in listed)
    assert netgen() == answer
    assert {command.callback.__name__ for command in app.registered_commands} == set(COMMANDS)


@pytest.mark.parametrize("command", [*COMMANDS, *(f"lab {name}" for name in LAB)])
def test_every_command_explains_itself(netgen: Run, command: str):
    answer = netgen(*command.split(), "-h")
    assert answer.code == 0
    assert answer.out.startswith(f"Usage: netgen {command}")
    assert not re.findall(r"^  --\S+(?: \S+)?$", answer.out, re.MULTILINE), "an option without a word of help"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nonsense", "No such command 'nonsense'; try --help"),
        ("lab", "Missing command"),
        ("validate", "Missing argument 'INTENT'"),
        ("validate absent", "'absent' does not exist"),
        ("render intent/lab", "Missing option '--out'"),
        ("render intent/lab -o out --jobs 0", "--jobs"),
        ("topology intent/lab --format xml", "--format"),
        ("verify intent/lab --wait -1", "--wait"),
        ("apply intent/lab --timer 29", "a timer of less than 30 s leaves no time to check"),
        ("lab up absent", "'absent' does not exist"),
    ],
)
def test_wrong_usage_is_64(netgen: Run, line: str, said: str):
    answer = netgen(*line.split())
    assert answer.code == 64
    assert answer.out == ""
    assert answer.err.startswith("usage: ")
    assert said in answer.err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("topology empty", "NG101"),
        ("topology broken", "NG105"),
        ("render broken -o out", "NG105"),
        ("render intent/lab -o a-file", "the output folder a-file cannot be used"),
        ("render intent/lab -o out --limit nobody", "no device of lab is called like 'nobody'"),
        ("render intent/lab -o out --check", "does not exist"),
        ("diff intent/lab", "inventories/lab/connections.yaml: there is no such file"),
        ("diff intent/lab --lab", "there is no such file"),
        ("diff intent/lab --inventory a-file", "a-file:1"),
        ("diff intent/lab --against absent", "absent holds no configs/"),
        ("diff intent/lab --against git:main", "git: "),
        ("apply a-file", "a-file is not a plan: JSON is malformed"),
        ("apply broken", "NG105"),
        ("verify intent/lab", "there is no such file"),
        ("lab fault intent/lab nonsense", "no fault 'nonsense'; there are: "),
        ("lab fault intent/lab swap", "swap takes "),
        ("lab fault intent/lab drift a b", "no lab"),
        ("init a-file", "cannot be written"),
        ("init new --name ../evil", "is no name of a cluster"),
    ],
)
def test_what_goes_wrong_is_said_on_stderr(repository: Path, netgen: Run, line: str, said: str):
    (repository / "empty").mkdir()
    (repository / "broken").mkdir()
    (repository / "broken/cluster.yaml").write_bytes(b"cluster: \xff\n")
    (repository / "a-file").write_text("just words\n")
    answer = netgen(*line.split())
    assert answer.code == 1
    assert answer.out == ""
    assert said in answer.err
    assert not (repository / "out/configs").exists()
    assert not (repository.parent / "evil").exists()


def test_a_lab_that_is_not_there_is_not_an_error(netgen: Run):
    assert netgen("lab", "status", "intent/lab").out == "lab: absent\n"
    assert netgen("lab", "down", "intent/lab") == (0, "", "there was no lab\n")
    assert netgen("lab", "down", "gone").code == 0, "an intent that is gone must not keep its lab up"


@pytest.mark.parametrize(
    "line",
    ["validate intent/borealis", "topology intent/borealis", "render intent/lab -o out", "lab status intent/lab"],
)
def test_json_on_stdout_stands_alone(netgen: Run, line: str):
    answer = netgen(*line.split(), "--format", "json")
    assert answer.code == 0
    json.loads(answer.out)


def test_a_stale_render_is_2(repository: Path, netgen: Run):
    assert netgen("render", "intent/lab", "-o", "out").code == 0
    assert netgen("render", "intent/lab", "-o", "out", "--check").code == 0
    path = repository / "intent/lab/cluster.yaml"
    path.write_text(path.read_text().replace("cables:", "mtu: 4500\n    cables:"))
    answer = netgen("render", "intent/lab", "-o", "out", "--check")
    assert answer.code == 2
    assert "M configs/pod1-su1-host1/interfaces\n" in answer.out
    report = json.loads(netgen("render", "intent/lab", "-o", "out", "--check", "--format", "json").out)
    assert "configs/pod1-su1-host1/interfaces" in report["changed"]


def test_a_comparison_exits_2_only_where_it_is_asked_to(repository: Path, netgen: Run):
    netgen("render", "intent/lab", "-o", "out")
    assert netgen("diff", "intent/lab", "--against", "out", "--exit-code").code == 0
    path = repository / "intent/lab/cluster.yaml"
    path.write_text(path.read_text().replace("cables:", "mtu: 4500\n    cables:"))
    assert netgen("diff", "intent/lab", "--against", "out").code == 0
    answer = netgen("diff", "intent/lab", "--against", "out", "--exit-code", "--format", "json")
    assert answer.code == 2
    json.loads(answer.out)


def test_an_error_of_ours_is_not_hidden(netgen: Run, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("netgen.cli.topology.topology", broken)
    monkeypatch.setattr("sys.argv", ["netgen", "topology", "intent/lab"])
    from netgen.cli.app import main

    with pytest.raises(ZeroDivisionError):
        main()


def test_ctrl_c_ends_as_a_shell_says_it(netgen: Run, monkeypatch: pytest.MonkeyPatch):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("netgen.cli.topology.topology", interrupted)
    assert netgen("topology", "intent/lab") == (130, "", "interrupted\n")
