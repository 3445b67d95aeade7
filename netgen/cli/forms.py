"""What the options of `netgen export` may be; apart from the command, so that `--help` does not wait for it."""

from enum import StrEnum


class Form(StrEnum):
    """What is made of the cabling."""

    CABLING = "cabling"
    BOM = "bom"
    GRAPHVIZ = "graphviz"
    CONTAINERLAB = "containerlab"
    PTM = "ptm"
    IBNETDISCOVER = "ibnetdiscover"
    UFM_TOPO = "ufm-topo"
    TOPOCONFIG = "topoconfig"
    NETBOX = "netbox"


class Written(StrEnum):
    """How a table is written down."""

    HUMAN = "human"
    CSV = "csv"
    JSON = "json"
