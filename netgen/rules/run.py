"""Runs the rules in the order in which their subjects come to be."""

from collections.abc import Mapping
from functools import cache, partial

from netgen.catalog.model import Catalog
from netgen.cluster.derive import derive
from netgen.cluster.model import Cluster
from netgen.diagnostics.finding import Finding, UnbuildableError
from netgen.diagnostics.model import Severity
from netgen.intent.guids import GuidTable
from netgen.intent.lists import Lists
from netgen.intent.models import Intent, InventoryRow
from netgen.platforms.model import Platform
from netgen.rules import (
    accounts,
    addressing,
    balancing,
    beyond,
    buffers,
    bundles,
    economy,
    effects,
    expression,
    externals,
    first_partition,
    isolation,
    kinds,
    layout,
    lengths,
    limits,
    listed,
    out_of_band,
    partitions,
    places,
    qos,
    references,
    steps,
    subnet,
    switches,
)

_NO_LISTS: Mapping[str, Lists] = {}
_NO_GUIDS: Mapping[str, GuidTable] = {}


def derive_checked(
    intent: Intent,
    rows: Mapping[str, InventoryRow],
    catalog: Catalog,
    platforms: Mapping[str, Platform],
    snippets: Mapping[str, str],
    lists: Mapping[str, Lists] = _NO_LISTS,
    guids: Mapping[str, GuidTable] = _NO_GUIDS,
) -> tuple[Cluster | None, list[Finding]]:
    """Check an intent, derive its cluster, and check that.

    Each step begins only where the ones before found no error: what rests on an error would only be told twice.

    Parameters
    ----------
    lists
        Those of explicit fabrics, by the fabric's name.
    guids
        Lists of GUIDs of InfiniBand fabrics, by the fabric's name; the others are those of
        `netgen.cluster.derive.derive`.

    Returns
    -------
    tuple
        The cluster, unless there is an error, and all findings.
    """
    findings = list(references.check(intent, catalog, platforms))
    if refused(findings):
        return None, findings
    findings += kinds.check(intent, catalog)
    findings += layout.check(intent, catalog)
    findings += places.check(intent, catalog)
    findings += accounts.check(intent)
    findings += addressing.check_given(intent)
    findings += externals.check(intent)
    findings += qos.check(intent, catalog.roce)
    findings += bundles.check(intent)
    findings += partitions.check_given(intent)
    findings += subnet.check_given(intent, platforms)
    findings += beyond.check_given(intent, platforms)
    if refused(findings):
        return None, findings
    try:
        cluster = derive(intent, rows, catalog, snippets, lists, platforms, guids)
    except UnbuildableError as error:
        return None, [*findings, *error.findings]
    findings += out_of_band.check(intent, cluster)
    findings += kinds.check_derived(intent, cluster)
    findings += economy.check_derived(intent, cluster)
    findings += bundles.check_derived(intent, cluster)
    unfound = list(subnet.check(intent, cluster, platforms, guids))
    findings += unfound if refused(unfound) else [*unfound, *partitions.check(intent, cluster)]
    findings += first_partition.check(cluster)
    findings += listed.check(cluster, lists)
    findings += addressing.check(intent, rows, cluster)
    findings += switches.check(intent, cluster, platforms)
    findings += limits.check(intent, cluster, platforms)
    findings += expression.check_links(cluster, platforms)
    findings += balancing.check(cluster, platforms)
    findings += qos.check_policies(cluster)
    unsayable = list(steps.check(cluster, platforms))
    findings += unsayable or buffers.check(intent, cluster, platforms)
    if refused(findings):
        return None, findings
    findings += _of_devices(intent, cluster, platforms)
    if refused(findings):
        return None, findings
    findings += isolation.check(cluster)
    findings += lengths.check(cluster)
    findings += qos.check_derived(intent, cluster)
    findings += expression.check(cluster, platforms)
    findings += effects.check(intent, cluster, platforms)
    return cluster, findings


def _of_devices(intent: Intent, cluster: Cluster, platforms: Mapping[str, Platform]) -> list[Finding]:
    """Check a few devices that stand for all; they are built where nothing is wrong so far."""
    from netgen.device.build import build
    from netgen.rules import deadlock, links, natives

    once = cache(partial(build, cluster, platforms))
    misled = list(externals.check_derived(cluster, once))
    return misled or [
        *links.check(intent, cluster, platforms, once),
        *deadlock.check(cluster, platforms, once),
        *natives.check(cluster, platforms, once),
    ]


def refused(findings: list[Finding]) -> bool:
    """Whether one of the findings is an error."""
    return any(finding.severity is Severity.ERROR for finding in findings)
