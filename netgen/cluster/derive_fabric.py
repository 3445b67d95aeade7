"""From the intent of one fabric to the fabric that follows from it."""

from collections.abc import Mapping
from ipaddress import IPv4Network

from netgen.catalog.model import Catalog
from netgen.cluster.derive_network import (
    Listed,
    MakeTier,
    Plan,
    attached_to,
    cables_of,
    laid_out,
    names_of,
    speed_of,
    tiers_of,
)
from netgen.cluster.fabric import BfdPlan, BoxTier, Fabric, Overlay, Tier
from netgen.cluster.model import Cluster
from netgen.cluster.numbers import AsBlock, LinkBlock, Numbers, Pool, block_size
from netgen.cluster.roce import policy
from netgen.cluster.topology.dragonfly import Dragonfly
from netgen.cluster.topology.dragonfly_plus import DragonflyPlus
from netgen.cluster.topology.explicit import Explicit
from netgen.cluster.topology.slots import HOST, LEAF, ROUTER, SPINE, SUPERSPINE
from netgen.intent import models

FOUR_BYTE_LEAVES, TWO_BYTE_LEAVES = 10_000, 64
"""From the spines' first AS number to the leaves', where the intent does not say."""
FOUR_BYTE_HOSTS = 1_000_000
"""To the hosts', behind any number of leaves."""
MAX_TWO_BYTE_ASN = 65_535


def derive_fabric(
    name: str,
    given: models.Fabric,
    intent: models.Intent,
    catalog: Catalog,
    cluster: Cluster,
    listed: Listed,
) -> Fabric:
    """Derive a fabric, but for its exceptions and external links, which name devices.

    Parameters
    ----------
    name, given
        Of the fabric.
    cluster
        Without its fabrics: hosts, other nodes and pods.
    listed
        The lists that describe a fabric of the kind ``explicit``.

    Raises
    ------
    UnbuildableError
        If no fabric follows; its findings point into the intent.
    """
    path = ("fabrics", name)
    pods = attached_to(given, cluster, path)
    tiers = tiers_of(given, catalog, speed_of(given.nics, cluster, pods, path), path, _ethernet(given))
    laid = laid_out(given, intent, catalog, cluster, listed, pods, tiers, path)
    plan = laid.plan
    return Fabric(
        name=name,
        nics=given.nics,
        pods=pods,
        plan=plan,
        overlay=Overlay(plan, models=laid.models),
        tiers={layer.name: tiers[layer.name] for layer in plan.layers[1:]},
        names={} if isinstance(plan, Explicit) else names_of(given, intent.naming, plan),
        numbers=_numbers(given, plan, laid.blocks.get(SPINE, {})),
        mtu_bytes=given.mtu,
        cables_m=cables_of(given.cables),
        bfd=None if given.bfd is None else BfdPlan(given.bfd.interval, given.bfd.multiplier),
        load_balancing=given.load_balancing,
        roce=None if given.roce is None else policy(given.roce, catalog.roce[given.roce.profile], (*path, "roce")),
        origin=".".join(map(str, path)),
        stated=tuple(given.roles()),
        reserved=given.roles()[plan.layers[1].name].reserved,
        exact=given.build == "exact",
    )


def _ethernet(fabric: models.Fabric) -> MakeTier[Tier]:
    def make(given: models.SwitchRole, box: BoxTier) -> Tier:
        return Tier(
            role=box.role,
            platform=given.platform,
            model=box.model,
            breakout=box.breakout,
            uplink_breakout=box.uplink_breakout,
            mtu_bytes=given.mtu or fabric.mtu,
            ecmp=given.ecmp,
            origin=box.origin,
        )

    return make


def _as_blocks(given: models.AsnPlan, plan: Plan, blocks: Mapping[int, int]) -> dict[str, AsBlock]:
    base = given.base
    if isinstance(plan, Dragonfly):
        return {ROUTER: AsBlock(base)}
    gap = FOUR_BYTE_LEAVES if base > MAX_TWO_BYTE_ASN else TWO_BYTE_LEAVES
    leaves = AsBlock(given.leaves or base + gap)
    if isinstance(plan, Explicit):
        top = AsBlock(base, max(layer.count for layer in plan.layers[1:]))
        return {SUPERSPINE: top, SPINE: AsBlock(base + 1, groups=blocks), LEAF: leaves}
    tree = plan.tree if isinstance(plan, DragonflyPlus) else plan
    return {
        SUPERSPINE: AsBlock(base, tree.planes * tree.superspines or 1),
        SPINE: AsBlock(base + 1, tree.spines or 1),
        LEAF: leaves,
    }


def _numbers(given: models.Fabric, plan: Plan, blocks: Mapping[int, int]) -> Numbers:
    pools, asns = given.pools, _as_blocks(given.asn, plan, blocks)
    shared = given.attach in {"svi", "bond"}
    uplinks, before = {}, 0
    for layer in plan.layers[1:]:
        uplinks[layer.name] = LinkBlock(before, layer.outward)
        before += layer.count * layer.outward
    if pools.host_loopbacks is not None:
        asns[HOST] = AsBlock(given.asn.hosts or given.asn.base + FOUR_BYTE_HOSTS)
    return Numbers(
        hosts=Pool(int(pools.hosts.network_address), pools.hosts.prefixlen),
        loopbacks=Pool(int(pools.loopbacks.network_address), pools.loopbacks.prefixlen),
        links=_pool(pools.links),
        block=block_size(plan.layers[1].down, shared=shared),
        shared=shared,
        uplinks=uplinks,
        asns=asns,
        host_loopbacks=_pool(pools.host_loopbacks),
        bundled=given.attach == "bond",
    )


def _pool(given: IPv4Network | None) -> Pool | None:
    return None if given is None else Pool(int(given.network_address), given.prefixlen)
