"""What diff, apply and verify need: the cluster, what renders it, and how its devices are reached."""

from pathlib import Path

from netgen.cli.compiled import compiled
from netgen.cli.places import lab_folder, state_folder
from netgen.cluster.fabric import DeviceRef
from netgen.compile import Compiled
from netgen.plan.model import digest_inputs
from netgen.record import Record
from netgen.render import inputs
from netgen.render.source import Source, open_source, select
from netgen.session.connections import Connections, find_connections, read_connections


class Reach(Record):
    """How the user says which devices, and how they are reached.

    Parameters
    ----------
    limit
        Glob over names.
    inventory
        Folder with a connections.yaml; ``None``: ``inventories/<cluster>``.
    lab
        The lab's instead.
    """

    limit: str | None
    inventory: Path | None
    lab: bool


class Means(Record):
    """All that a command on devices works with."""

    intent: Path
    compiled: Compiled
    source: Source
    refs: list[DeviceRef]
    connections: Connections
    limit: str | None
    state: Path
    """Folder of what netgen keeps for itself about this cluster."""

    @property
    def applied(self) -> Path:
        """Folder of what the devices were last brought to; has the shape of an output folder."""
        return self.state / "applied"

    def digest(self) -> str:
        """Return the digest of all that renders are made from."""
        return digest_inputs(inputs.digest_inputs(self.intent, self.compiled, self.source.cluster))


def gather(intent: Path, reach: Reach) -> Means:
    """Compile the intent and read the connections.

    Raises
    ------
    RefusedError, ConnectionsError, RenderError
        If the intent has errors, the connections are not what they must be, or the limit matches nothing.
    """
    cluster, result = compiled(intent, brief=True)
    source = open_source(result)
    given = lab_folder(intent) / "inventory" if reach.lab else reach.inventory
    connections = read_connections(find_connections(intent, cluster.name, given))
    refs = select(cluster, reach.limit)
    return Means(intent, result, source, refs, connections, reach.limit, state_folder(intent))
