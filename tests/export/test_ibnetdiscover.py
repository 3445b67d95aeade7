"""The file of ibnetdiscover of an InfiniBand fabric has the GUIDs of its list, and reads back as that list."""

from pathlib import Path

import pytest

from netgen.export.cables import Cabling
from netgen.export.errors import ExportError
from netgen.export.ibnetdiscover import ibnetdiscover
from netgen.intent.ibnetdiscover import is_ibnetdiscover, read_ibnetdiscover
from netgen.intent.positions import to_data
from netgen.record import replace
from tests.infiniband import derived, example, written
from tests.rules.intents import RENDERER


def test_it_reads_back_as_the_list_that_it_was_made_from():
    cluster = example()
    (fabric,) = cluster.infiniband
    text = "".join(ibnetdiscover(Cabling(cluster, RENDERER.platforms, ())))
    assert is_ibnetdiscover(text)
    rows = [to_data(entry.node) for entry in read_ibnetdiscover(Path("net"), text).entries.values()]
    ports = {(r["device"], r["hca"], int(r["guid"], 16), int(r["node-guid"], 16)) for r in rows if "hca" in r}
    assert ports == {(one.device, one.hca, one.guid, one.node_guid) for one in fabric.listed_ports}
    switches = {r["device"]: int(r["node-guid"], 16) for r in rows if "hca" not in r}
    assert switches == dict(fabric.listed_switches)


def test_no_guid_is_made_up_beside_true_ones():
    cluster, fabric = derived(written())
    end = next(iter(fabric.hcas))
    lacking = replace(fabric, hcas={one: port for one, port in fabric.hcas.items() if one != end})
    with pytest.raises(
        ExportError, match="no GUID is listed for pod1-su1-host1 mlx5_0, and none is made up beside true ones"
    ):
        list(ibnetdiscover(Cabling(replace(cluster, infiniband=(lacking,)), RENDERER.platforms, ())))
