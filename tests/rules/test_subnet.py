"""Routing engines fit the fabric that they are to route."""

import pytest

from netgen.cluster.derive import derive
from netgen.intent.models import Intent
from netgen.platforms.load import load_platforms
from netgen.resources.load import resources
from netgen.rules.run import derive_checked
from tests import infiniband


@pytest.mark.parametrize(("engine", "refused"), [("ftree", ["choose updn"]), ("updn", [])])
def test_a_tree_of_one_leaf_is_none_for_an_engine_of_trees(engine: str, refused: list[str]):
    managers = {"engine": engine, "on": {"sm-1": {"priority": 5}}}
    written = infiniband.written(
        **{"kind": "fat-tree", "share": {"units": 3}, "build": "exact", "subnet-manager": managers}
    )
    written["pods"][1]["units"][1]["hosts"] = "1"
    intent = Intent.model_validate(written)
    bare = derive(intent, {}, infiniband.CATALOG, {})
    guids = {"ib": infiniband.listed(bare)}
    _, findings = derive_checked(intent, {}, infiniband.CATALOG, load_platforms(resources()), {}, {}, guids)
    assert [one.advice for one in findings if one.code == "NG925"] == refused
