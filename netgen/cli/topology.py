"""topology: counts of every fabric and, asked to, what it can carry and what it loses."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from netgen.cli.compiled import compiled
from netgen.cli.console import Format, emit, emit_json, progress, table
from netgen.cli.exits import Exit

Figures = Mapping[str, Any]
"""A part of what `netgen.report` says."""


def topology(intent: Path, form: Format, *, analyze: bool) -> Exit:
    """Show counts, links, oversubscription and bisection bandwidth, and the analysis."""
    from netgen.report.topology import summary

    cluster, result = compiled(intent, brief=True)
    counted = summary(cluster)
    if analyze:
        from netgen.report.analysis import analysis

        with progress(f"analyze {cluster.name}", None) as step:
            for fabric in counted["fabrics"]:
                fabric["analysis"] = analysis(result, cluster, cluster.network(fabric["fabric"]), step)
    if form is Format.JSON:
        emit_json(counted)
        return Exit.DONE
    for fabric in counted["fabrics"]:
        emit(f"{cluster.name}, fabric {fabric['fabric']}: {fabric['gpus']:,} GPUs in {fabric['hosts']:,} hosts")
        emit(table(("", "count"), _counts(fabric)))
        if analyze:
            emit("\n".join(_analysis(fabric["analysis"])))
    if "out-of-band" in counted:
        emit(f"{cluster.name}, out-of-band network")
        emit(table(("", "count"), _beside(counted["out-of-band"])))
    return Exit.DONE


def _beside(network: Figures) -> Iterator[Sequence[str]]:
    yield from ((role, f"{count:,}") for role, count in network["switches"].items() if count)
    yield from ((f"links {pair}", f"{count:,}") for pair, count in network["links"].items() if count)


def _counts(fabric: Figures) -> Iterator[Sequence[str]]:
    tiers = {tier: count for tier, count in fabric["switches"].items() if count}
    yield from ((tier, f"{count:,}") for tier, count in tiers.items())
    yield from ((f"links {pair}", f"{count:,}") for pair, count in fabric["links"].items() if count)
    above = list(tiers) if fabric["links"].get("global") else list(tiers)[:-1]
    for tier in above or tiers:
        yield f"oversubscription of a {tier}", f"{fabric['oversubscription'][tier]:g}:1"
    yield "bisection bandwidth, Gb/s", f"{fabric['bisection_bandwidth_gbps']:,}"


def _analysis(figures: Figures | None) -> Iterator[str]:
    if figures is None:
        yield "No formula is for this kind of fabric, and it has too many links to look at each.\n"
        return
    if "oversubscription" in figures:
        yield f"Oversubscription of a path, over all tiers: {figures['oversubscription']['path']:g}:1"
    yield _halves(figures["bisection"])
    if "paths" in figures:
        yield "Equal-cost paths from NIC to NIC"
        yield table(("hosts", "rail", "meet at", "pairs", "links", "paths", "next hops"), map(_paths, figures["paths"]))
    if "ways" in figures:
        yield "Equal-cost paths from NIC to NIC"
        yield table(("", "pairs", "links", "fewest paths", "most paths"), map(_ways, figures["ways"]))
    yield "What is lost at most, and what is left, when one fails"
    header = ("", "hosts hit", "NICs left", "hosts cut off", "leaf's uplinks left", "block's uplinks left")
    yield table(header, map(_loss, figures["failures"]))
    if figures.get("exceptions"):
        yield _exceptions(figures["exceptions"])
    if figures.get("collectives"):
        yield "Load of links, where equal-cost paths share it evenly; every NIC sends at its full speed"
        yield table(("", "links", "mean", "busiest"), _loads(figures["collectives"]))
    if "polarisation" in figures:
        yield _hashing(figures["polarisation"])
    yield from _equipment(figures["equipment"])


def _ways(row: Figures) -> Sequence[str]:
    links = f"{row['links']}" if row["links"] else "none"
    return row["scope"], f"{row['pairs']:,}", links, f"{row['fewest']:,}", f"{row['most']:,}"


def _halves(cut: Figures) -> str:
    first, second = cut["hosts"]
    share = _percent(cut["gbps"] / cut["nics_gbps"]) if cut["nics_gbps"] else "none"
    halves = f"the first {first:,} hosts and the other {second:,}"
    return f"Between {halves}: {cut['gbps']:,} Gb/s, {share} of their NICs\n"


def _paths(one: Figures) -> Sequence[str]:
    rail = "same" if one["same_rail"] else "other"
    if one["meet"] == "none":
        return one["scope"], rail, "nowhere", f"{one['pairs']:,}", "0", "0", "0"
    return (one["scope"], rail, one["meet"], *(f"{one[key]:,}" for key in ("pairs", "links", "paths", "next_hops")))


def _loss(one: Figures) -> Sequence[str]:
    keys = ("hosts_hit", "host_left", "hosts_cut_off", "leaf_left", "block_left")
    return (one["what"], *("-" if one[key] is None else _percent(one[key]) for key in keys))


def _exceptions(shut: Figures) -> str:
    links = " and ".join(f"{count:,} of {pair}" for pair, count in shut["links"].items())
    left = ", ".join(
        f"{_percent(shut[key])} of {what}"
        for key, what in (
            ("host_left", "a host's NICs"),
            ("leaf_left", "a leaf's uplinks"),
            ("block_left", "a block's uplinks"),
        )
        if shut[key] < 1
    )
    return (
        f"Exceptions have shut links, {links}; the worst-hit has {left} left.\n"
        "Paths, failures and loads are those of the fabric without exceptions.\n"
    )


def _loads(collectives: Iterable[Figures]) -> Iterator[Sequence[str]]:
    for one in collectives:
        if one["unreachable"]:
            yield one["what"], f"{_percent(one['unreachable'])} of the traffic has no path", "-", "-"
        for position, (links, load) in enumerate(one["loads"].items()):
            yield "" if position else one["what"], links, _percent(load["mean"]), _percent(load["busiest"])


def _percent(share: float) -> str:
    """Write a share; one that is not quite nothing, or not quite all, does not look so."""
    text = f"{share:.1%}"
    if 0 < share < 1 and text in {"0.0%", "100.0%"}:
        return "<0.1%" if share < 0.5 else ">99.9%"
    return text


def _hashing(figures: Figures) -> str:
    if figures["load_balancing"] != "hash":
        return f"Paths are chosen by load ({figures['load_balancing']}): hashes cannot polarise.\n"
    if figures["paths"] == figures["paths_if_alike"]:
        return "Hash polarisation: none, as no two choices follow each other that depend on each other.\n"
    known = figures["paths_as_rendered"]
    said = "it is not known how many are used as rendered" if known is None else f"{known:,} are used as rendered"
    of = f"of {figures['paths']:,} paths from a port, {figures['paths_if_alike']:,} are used if all switches hash alike"
    lines = [f"Hash polarisation: {of}; {said}."]
    lines += [f"  seed of a {role}: {seed or 'not known'}" for role, seed in figures["seeds"].items()]
    return "\n".join(lines) + "\n"


def _equipment(figures: Figures | None) -> Iterator[str]:
    if figures is None:
        yield "Optics and watts: netgen export --as bom counts them; it looks at every cable.\n"
        return
    yield "Equipment and the power that it draws at most"
    rows = (
        (kind, f"{count:,}", f"{watts:,.1f}" if watts else "-", f"{figures['power_not_known'][kind]:,}")
        for kind, count in figures["count"].items()
        for watts in (figures["watts"][kind],)
    )
    yield table(("", "count", "W", "power not known"), rows)
