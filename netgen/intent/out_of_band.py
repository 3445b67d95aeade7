"""What the intent says of the out-of-band network: what its switches are, and what is plugged into them."""

from typing import Annotated

from pydantic import AfterValidator, Field

from netgen.intent.network import Count, Model, distinct
from netgen.intent.quantities import Metres
from netgen.intent.texts import Name, PortName


class OobLeaf(Model):
    """The switches that devices are plugged into."""

    model: Name
    """A management switch of the catalog."""
    uplinks: Count | None = None
    """Of each; default: one to every spine."""


class OobSpine(Model):
    """The switches that join the others."""

    model: Name
    """A management switch of the catalog."""
    count: Count = 1


class OobCables(Model):
    """Lengths of the cables; between racks that the inventory names, the way from one to the other counts."""

    device: Metres | None = None
    """From devices to the leaves."""
    spine: Metres | None = None
    """Between leaves and spines."""


class OutOfBand(Model):
    """The network that management ports are on, beside all fabrics: counted and cabled, and not configured."""

    leaf: OobLeaf
    spine: OobSpine | None = None
    """Default: nothing; what joins the leaves is not netgen's."""
    host_ports: Annotated[list[PortName], Field(min_length=1), AfterValidator(distinct)] | None = None
    """Ports of every host and every other node that are on it; default: ``bmc`` and the interface that is on no
    fabric."""
    cables: OobCables = OobCables()
