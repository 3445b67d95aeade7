"""From an intent to the cluster that follows from it."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from ipaddress import IPv4Network

from netgen.catalog.model import Catalog, SwitchModel
from netgen.cluster.model import (
    LEAF,
    SPINE,
    BfdPlan,
    Cluster,
    Fabric,
    HostPlan,
    ManagementPlan,
    Names,
    Overlay,
    Pods,
    Record,
    Tier,
    UserPlan,
)
from netgen.cluster.numbers import Numbers, Pool, block_size
from netgen.cluster.overlay import overlay
from netgen.cluster.roce import policy
from netgen.cluster.sizing import Demand, size
from netgen.cluster.topology.rail_optimized import RailOptimized
from netgen.diagnostics.codes import derived
from netgen.diagnostics.finding import IntentPath, UnbuildableError
from netgen.intent import models
from netgen.intent.quantities import Breakout, parse_ids

FOUR_BYTE_LEAVES, TWO_BYTE_LEAVES = 10_000, 64
"""From the spines' first AS number to the leaves', where the intent does not say."""
FOUR_BYTE_HOSTS = 1_000_000
"""To the hosts', behind any number of leaves."""
MAX_TWO_BYTE_ASN = 65_535


def derive(
    intent: models.Intent,
    rows: Mapping[str, models.InventoryRow],
    catalog: Catalog,
    snippets: Mapping[str, str],
) -> Cluster:
    """Derive the cluster; a pure function.

    Parameters
    ----------
    intent
        Its references to the catalog must have been checked (`netgen.rules.references`).
    rows
        The device inventory, by name.
    catalog
        Switch models, host profiles, RoCE profiles.
    snippets
        Texts of the native files, by the name that the intent gives them.

    Raises
    ------
    UnbuildableError
        If no cluster follows; its findings point into the intent.
    """
    pods = expand_pods(intent)
    _refuse_what_cannot_be_derived(intent, pods)
    name, given = next(iter(intent.fabrics.items()))
    fabric = _fabric(name, given, intent, catalog, pods)
    cluster = Cluster(
        name=intent.cluster,
        management=_management(intent.management),
        hosts=HostPlan(catalog.hosts[intent.hosts.profile], intent.hosts.platform, intent.hosts.mtu, "hosts"),
        pods=pods,
        fabrics=(fabric,),
        names=Names(intent.naming.leaf, intent.naming.spine, intent.naming.host),
        inventory={name: _record(row) for name, row in rows.items()},
    )
    if not given.exceptions:
        return cluster
    # Exceptions name devices, and only a cluster knows what its devices are called.
    laid = overlay(
        fabric.plan,
        given.exceptions,
        nodes={called: fabric.node(ref) for called, ref in cluster.switches_by_name(fabric).items()},
        switches=catalog.switches,
        snippets=snippets,
        path=("fabrics", name, "exceptions"),
    )
    return replace(cluster, fabrics=(replace(fabric, overlay=laid),))


def expand_pods(intent: models.Intent) -> Pods:
    """Hosts that exist, pod by pod and unit by unit, with the ranges among the keys written out."""
    return {
        pod: {unit: given.hosts for keys, given in plan.units.items() for unit in parse_ids(keys)}
        for pods, plan in intent.pods.items()
        for pod in parse_ids(pods)
    }


def breakout_of(model: SwitchModel, speed_gbps: int) -> Breakout | None:
    """Return the breakout into most ports of a speed; ``None``: the model has none of that speed."""
    fitting = [b for b in model.breakouts if b.speed_gbps == speed_gbps]
    return max(fitting, key=lambda b: b.ports, default=None)


def _refuse_what_cannot_be_derived(intent: models.Intent, pods: Pods) -> None:
    if len(pods) > 1:
        raise UnbuildableError(
            derived.TOO_MANY_PODS.about(
                f"{len(pods)} pods need a tier above the spines, and a rail-optimised fabric of two tiers has none",
                ("pods",),
                at_key=True,
                advice="declare one pod with more units",
            )
        )
    if len(intent.fabrics) > 1:
        raise UnbuildableError(
            derived.TOO_MANY_FABRICS.about(
                "several fabrics in one cluster cannot be derived yet",
                ("fabrics",),
                at_key=True,
                advice="describe each fabric as a cluster of its own",
            )
        )


def _fabric(
    name: str,
    given: models.Fabric,
    intent: models.Intent,
    catalog: Catalog,
    pods: Pods,
) -> Fabric:
    path: IntentPath = ("fabrics", name)
    profile = catalog.hosts[intent.hosts.profile]
    nics = (profile.speed_gbps, f"the NICs of {profile.name}")
    leaf = _tier(LEAF, given, given.leaf, catalog, nics, path)
    uplinks = (leaf.uplink_breakout.speed_gbps, "the leaves' uplinks")
    spine = _tier(SPINE, given, given.spine, catalog, uplinks, path)
    plan = size(
        Demand(
            pods=max(pods),
            units=_capacity_units(intent, pods),
            hosts=_capacity_hosts(intent, pods),
            rails=profile.nics,
            oversubscription=given.oversubscription,
            cages=leaf.model.cages,
            split=leaf.breakout.ports,
            uplink_split=leaf.uplink_breakout.ports,
            speed_ratio=Fraction(leaf.breakout.speed_gbps, leaf.uplink_breakout.speed_gbps),
            spine_ports=spine.model.cages * spine.breakout.ports,
            spines=given.spine.count,
            path=path,
        )
    )
    return Fabric(
        name=name,
        plan=plan,
        overlay=Overlay(plan),
        leaf=leaf,
        spine=spine,
        numbers=_numbers(given, plan),
        mtu_bytes=given.mtu,
        host_cable_m=given.cables.host,
        spine_cable_m=given.cables.spine,
        bfd=None if given.bfd is None else BfdPlan(given.bfd.interval, given.bfd.multiplier),
        load_balancing=given.load_balancing,
        roce=None if given.roce is None else policy(given.roce, catalog.roce[given.roce.profile], (*path, "roce")),
        origin=".".join(map(str, path)),
    )


def _tier(
    role: str,
    fabric: models.Fabric,
    given: models.SwitchRole,
    catalog: Catalog,
    below: tuple[int, str],
    path: IntentPath,
) -> Tier:
    model = catalog.switches[given.model]
    speed_gbps, below_it = below
    breakout = given.breakout or breakout_of(model, speed_gbps)
    if breakout is None:
        raise UnbuildableError(
            derived.NO_BREAKOUT.about(
                f"{model.name} has no port of {speed_gbps}G, the speed of {below_it}",
                (*path, role, "model"),
                notes=("its breakouts: " + ", ".join(map(str, model.breakouts)),),
            )
        )
    return Tier(
        role=role,
        platform=given.platform,
        model=model,
        breakout=breakout,
        uplink_breakout=given.uplink_breakout or breakout,
        mtu_bytes=given.mtu or fabric.mtu,
        ecmp=given.ecmp,
        origin=".".join(map(str, (*path, role))),
    )


def _capacity_units(intent: models.Intent, pods: Pods) -> int:
    declared = [plan.capacity.units or 0 for plan in intent.pods.values()]
    return max(declared + [max(units) for units in pods.values()])


def _capacity_hosts(intent: models.Intent, pods: Pods) -> int:
    declared = [plan.capacity.hosts or 0 for plan in intent.pods.values()]
    return max(declared + [ids.highest for units in pods.values() for ids in units.values()])


def _numbers(given: models.Fabric, plan: RailOptimized) -> Numbers:
    pools = given.pools
    base = given.asn.base
    gap = FOUR_BYTE_LEAVES if base > MAX_TWO_BYTE_ASN else TWO_BYTE_LEAVES
    return Numbers(
        hosts=Pool(int(pools.hosts.network_address), pools.hosts.prefixlen),
        loopbacks=Pool(int(pools.loopbacks.network_address), pools.loopbacks.prefixlen),
        links=_pool(pools.links),
        block=block_size(plan.down, shared=given.attach == "svi"),
        shared=given.attach == "svi",
        uplinks=plan.uplinks,
        spine_asn=base + 1,
        leaf_asn=given.asn.leaves or base + gap,
        host_loopbacks=_pool(pools.host_loopbacks),
        host_asn=given.asn.hosts or base + FOUR_BYTE_HOSTS,
    )


def _pool(given: IPv4Network | None) -> Pool | None:
    return None if given is None else Pool(int(given.network_address), given.prefixlen)


def _management(given: models.Management) -> ManagementPlan:
    return ManagementPlan(
        address=int(given.subnet.network_address),
        length=given.subnet.prefixlen,
        gateway=None if given.gateway is None else int(given.gateway),
        vrf=given.vrf,
        ntp=tuple(map(str, given.ntp)),
        syslog=tuple(map(str, given.syslog)),
        dns=tuple(map(str, given.dns)),
        snmp_secret=None if given.snmp is None else given.snmp.community.secret,
        snmp_location=None if given.snmp is None else given.snmp.location,
        gnmi=given.gnmi,
        users=tuple(_user(name, user) for name, user in sorted(given.users.items())),
    )


def _user(name: str, user: models.User) -> UserPlan:
    secret = None if user.password is None else user.password.secret
    return UserPlan(name, user.role, secret, tuple(user.ssh_keys), f"management.users.{name}")


def _record(row: models.InventoryRow) -> Record:
    address = None if row.address is None else int(row.address)
    return Record(row.serial, row.mac, address, row.rack, row.state, row.alias, row.os_version)
