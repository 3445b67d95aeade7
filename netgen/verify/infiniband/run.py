"""Asks the subnet managers of a cluster, and checks their fabrics."""

from collections.abc import Callable, Mapping

from msgspec import Struct, field

from netgen.cluster.infiniband import InfinibandFabric
from netgen.cluster.model import Cluster
from netgen.platforms.model import Platform
from netgen.record import replace
from netgen.session.errors import SessionError
from netgen.session.secrets import Secrets
from netgen.session.session import open_session
from netgen.session.target import Target
from netgen.verify.infiniband import ufm
from netgen.verify.infiniband.compare import Result, compare
from netgen.verify.infiniband.found import NotUnderstood
from netgen.verify.infiniband.read import Look, Reading, look, read
from netgen.verify.infiniband.wanted import Wanted, wanted
from netgen.verify.model import Check, Problem

Progress = Callable[[str], None]


class Answers(Struct):
    """What the hosts of the subnet managers of one fabric said.

    Parameters
    ----------
    looks
        Who manages it, by the GUIDs of their ports.
    reading
        What the first of them that answered said of the fabric.
    problems
        Why the others said nothing.
    """

    looks: dict[int, Look] = field(default_factory=dict)
    reading: Reading | None = None
    problems: list[Problem] = field(default_factory=list)


def verify_fabrics(
    cluster: Cluster,
    platforms: Mapping[str, Platform],
    targets: Mapping[str, Target],
    secrets: Secrets,
    progress: Progress,
) -> list[Result]:
    """Check every InfiniBand fabric that a host with its subnet manager can be asked about.

    Parameters
    ----------
    cluster, platforms
        As compiled.
    targets
        The hosts that are asked, by name.
    secrets
        Of the cluster.
    progress
        Called with the name of every device that has been asked.
    """
    found = []
    for fabric in cluster.infiniband:
        should = _wanted(cluster, platforms, fabric, targets)
        if should is None:
            continue
        if fabric.managers is not None and platforms[fabric.managers.platform].napalm == "ufm":
            found.append(_ask_ufm(should, targets, secrets, progress))
        else:
            answers = _ask(should, targets, secrets, progress)
            found.append(_result(should, answers))
    return found


def _wanted(
    cluster: Cluster, platforms: Mapping[str, Platform], fabric: InfinibandFabric, targets: Mapping[str, Target]
) -> Wanted | None:
    nodes = () if fabric.managers is None else fabric.managers.priorities
    if not any(cluster.device_at(fabric, node).name in targets for node in nodes):
        return None
    return wanted(cluster, platforms, fabric)


def _ask(should: Wanted, targets: Mapping[str, Target], secrets: Secrets, progress: Progress) -> Answers:
    answers = Answers()
    for manager in should.managers:
        if manager.name not in targets:
            continue
        try:
            with open_session(targets[manager.name], secrets) as session:
                session.identify()
                answers.looks[manager.guid] = look(session.ask)
                if answers.reading is None:
                    answers.reading = read(session.ask)
        except SessionError as error:
            answers.problems.append(Problem(manager.name, Check.REACHABLE, "", error.message))
        except NotUnderstood as error:
            answers.problems.append(Problem(manager.name, Check.REACHABLE, "", f"what it says is unclear: {error}"))
        progress(manager.name)
    return answers


def _ask_ufm(should: Wanted, targets: Mapping[str, Target], secrets: Secrets, progress: Progress) -> Result:
    """Check what the first UFM says that answers: hosts of one share an address."""
    problems = []
    for manager in should.managers:
        if manager.name not in targets:
            continue
        progress(manager.name)
        try:
            with open_session(targets[manager.name], secrets) as session:
                session.identify()
                result = ufm.check(should, session)
            return replace(result, checked={Check.REACHABLE: 1, **result.checked})
        except SessionError as error:
            problems.append(Problem(manager.name, Check.REACHABLE, "", error.message))
    return Result(tuple(problems), {Check.REACHABLE: len(problems)}, ())


def _result(should: Wanted, answers: Answers) -> Result:
    if answers.reading is None:
        return Result(tuple(answers.problems), {Check.REACHABLE: len(answers.problems)}, ())
    result = compare(should, answers.looks, answers.reading)
    asked = len(answers.looks.keys() | {problem.device for problem in answers.problems})
    return Result((*answers.problems, *result.problems), {Check.REACHABLE: asked, **result.checked}, result.notes)
