"""From the lists of an explicit fabric to its topology, or to all that cannot be in them."""

from collections.abc import Iterable, Iterator, Mapping

from netgen.catalog.model import SwitchModel
from netgen.cluster.listed_cables import Known, Room, read_cables
from netgen.cluster.topology.explicit import Explicit
from netgen.cluster.topology.slots import HOST, End, Ids, Layer, layers_of
from netgen.diagnostics.codes import derived, references
from netgen.diagnostics.codes import listed as codes
from netgen.diagnostics.finding import Finding, IntentPath, UnbuildableError
from netgen.diagnostics.suggest import did_you_mean
from netgen.intent.lists import SWITCHES, Lists
from netgen.intent.models import ListedSwitch
from netgen.intent.network import SwitchBox
from netgen.record import Record


class Read(Record):
    """What lists came to."""

    topology: Explicit
    models: Mapping[int, SwitchModel]
    """Of switches that are not of their tier's, by node."""
    blocks: Mapping[str, Mapping[int, int]]
    """By role: the block of each switch by its index; both from 0."""


def read_lists(lists: Lists, room: Room, known: Known) -> Read:
    """Read the lists of a fabric.

    Raises
    ------
    UnbuildableError
        With all that cannot be.
    """
    findings = list(_check_switches(lists, known))
    if findings:
        raise UnbuildableError(*findings)
    layers = _layers(lists.switches, room, known)
    first = {layer.name: layer.first for layer in layers}
    nodes = {name: first[row.role] + row.id - 1 for name, row in lists.switches.items()}
    peers, kept = read_cables(lists, room, known, layers, nodes)
    topology = Explicit(
        layers=layers,
        units=room.units,
        hosts=room.hosts,
        called={nodes[name]: _ids(row) for name, row in lists.switches.items()},
        names={node: name for name, node in nodes.items()},
        peers=peers,
        kept=kept,
        facing=_facing(layers, known.given, (*peers, *kept)),
    )
    return Read(topology, _other_models(lists.switches, nodes, known), _blocks(lists.switches))


def _at(lists: Lists, known: Known, name: str, column: str) -> IntentPath:
    """Return where a switch is listed; or the pattern by which it is one."""
    if lists.by_pattern:
        return (*known.path, "naming", lists.switches[name].role)
    return (*known.path, SWITCHES, name, column)


def _check_switches(lists: Lists, known: Known) -> Iterator[Finding]:
    owners: dict[tuple[str, int], str] = {}
    switches = lists.switches
    for name, row in switches.items():
        if row.role not in known.tiers:
            yield codes.ROLE.about(
                f"{name} is a {row.role}, and the intent does not say what these are",
                _at(lists, known, name, "role"),
                advice=f"add `{row.role}: {{model: …, platform: …}}` to the fabric",
            )
            continue
        first = owners.setdefault((row.role, row.id), name)
        if first != name:
            yield codes.ID_TWICE.about(
                f"{name} has the id {row.id}, and so has {first}, a {row.role} as well",
                _at(lists, known, name, "id"),
                related=() if lists.by_pattern else ((_at(lists, known, first, "id"), "the first"),),
                advice="list the switches with an id each: their numbers follow from it"
                if lists.by_pattern
                else "give each switch of a role an id of its own, and never change it: its numbers follow from it",
            )
        most = known.given[row.role].count
        if most is not None and row.id > most:
            yield derived.CAPACITY.about(
                f"id {row.id} is beyond the {most} {row.role} ids that numbers are laid out for",
                _at(lists, known, name, "id"),
                related=(((*known.path, row.role, "count"), "the capacity"),),
                advice="raise `count`; `netgen diff --against git:HEAD` says what that moves",
            )
        if row.model is not None and row.model not in known.models:
            yield references.UNKNOWN_MODEL.about(
                f"there is no switch model {row.model!r} in the catalog",
                _at(lists, known, name, "model"),
                advice=did_you_mean(row.model, known.models),
            )
    for role in known.tiers:
        if not any(row.role == role for row in switches.values()):
            yield codes.ROLE.about(
                f"no {role} is listed", (*known.path, role), at_key=True, advice="list some, or leave the tier out"
            )


def _layers(switches: Mapping[str, ListedSwitch], room: Room, known: Known) -> tuple[Layer, ...]:
    """Lay out nodes for the capacity, and slots for all ports that may face one way."""
    shapes = [
        (
            HOST,
            room.pods * room.units * room.hosts,
            0,
            max(len(one.profile.nics[room.nics].names) for one in room.attached.values()),
        )
    ]
    roles = tuple(known.tiers)
    for role, tier in known.tiers.items():
        given = known.given[role]
        whole = tier.port_map(tier.model, Layer(role, 0, 0, 0, 0)).count
        up = 0 if role == roles[-1] else given.uplinks or whole
        divided = tier.port_map(tier.model, Layer(role, 0, 0, 0, up))
        path = (*known.path, role)
        if divided.first_uplink_cage < 0:
            most = tier.model.cages * tier.uplink_breakout.ports
            raise UnbuildableError(
                derived.PORT_BUDGET.about(f"{tier.model.name} has {most} ports for uplinks", (*path, "uplinks"))
            )
        if tier.breakout != tier.uplink_breakout and given.uplinks is None:
            raise UnbuildableError(
                codes.LAYOUT.about(
                    f"the cages of a {role}'s uplinks are divided otherwise, and nothing says which these are",
                    (*path, "uplink-breakout"),
                    at_key=True,
                    advice=f"add `uplinks`, how many ports of a {role}, the last, face up",
                )
            )
        down = given.downlinks or (divided.first_up if given.uplinks else whole)
        most = whole if tier.breakout == tier.uplink_breakout else divided.first_up
        if down > most:
            raise UnbuildableError(
                derived.PORT_BUDGET.about(f"a {role} has {most} ports to face down", (*path, "downlinks"))
            )
        count = given.count or max(row.id for row in switches.values() if row.role == role)
        shapes.append((role, count, down, up))
    return layers_of(*shapes)


def _other_models(
    switches: Mapping[str, ListedSwitch], nodes: Mapping[str, int], known: Known
) -> dict[int, SwitchModel]:
    models = {name: known.models[row.model] for name, row in switches.items() if row.model is not None}
    return {nodes[n]: model for n, model in models.items() if model.name != known.tiers[switches[n].role].model.name}


def _ids(row: ListedSwitch) -> Ids:
    unit = row.unit or 0
    return Ids(row.id, row.pod or 0, unit, unit, row.rail or 0, row.plane or 0)


def _blocks(switches: Mapping[str, ListedSwitch]) -> dict[str, dict[int, int]]:
    blocks: dict[str, dict[int, int]] = {}
    for row in switches.values():
        blocks.setdefault(row.role, {})[row.id - 1] = (row.block or row.pod or 1) - 1
    return blocks


def _facing(
    layers: tuple[Layer, ...], given: Mapping[str, SwitchBox], ends: Iterable[End]
) -> dict[str, tuple[int, int]]:
    """Count the ports of a switch of each role that face down and up: as the intent says, or else the most."""
    used: dict[int, list[int]] = {}
    for node, slot in ends:
        used.setdefault(node, []).append(slot)
    facing = {}
    for layer in layers[1:]:
        slots = [used.get(node, []) for node in layer.nodes]
        down = max(sum(slot < layer.down for slot in some) for some in slots)
        up = max(sum(slot >= layer.down for slot in some) for some in slots)
        said = given[layer.name]
        facing[layer.name] = (said.downlinks or down, (said.uplinks or up) if layer.up else 0)
    return facing
