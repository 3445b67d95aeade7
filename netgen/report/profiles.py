"""Every RoCE profile on every switch, as a page: ``python -m netgen.report.profiles > docs/profiles.md``."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from pathlib import Path

from netgen.catalog.load import load_catalog
from netgen.catalog.model import Catalog, RoceProfile, SwitchModel
from netgen.cluster.buffers import FRAME_BYTES, BufferPlan, PortClass, headroom, share
from netgen.device.text import units
from netgen.intent.quantities import Breakout
from netgen.platforms.lengths import headroom_lengths
from netgen.platforms.load import load_platforms
from netgen.platforms.model import Platform
from netgen.record import Record
from netgen.resources.load import resources

CABLE_M = 40
"""Length of all cables of the page."""
SENDERS, FASTER_SENDERS = 2, 1
"""The least that congest a port: of its own speed, and of a higher one."""

HEAD = f"""# RoCE profiles on every switch

Where marking is complete (Kmax), and from how many senders to one port on it comes before PFC pauses, if **all**
lossless ports of the switch are congested at once: one lossless class, cables of {CABLE_M} m. T is what each lossless
group may hold then; the formula is in [roce.md](roce.md#marking-comes-before-the-pause). Where a vendor does not
publish how a buffer is shared out, only Kmax is known ([NG524](diagnostics.md#ng524)). On Junos, thresholds are whole
percents, and Kmax is what they are at most.

This page is generated from netgen/catalog: `python -m netgen.report.profiles > docs/profiles.md`.
"""
EQUAL = f"""## All ports alike

{SENDERS} senders are the least that congest a port, so up to {SENDERS} pass the worst case. More are a warning of
`netgen validate` ([NG522](diagnostics.md#ng522)), with the numbers of the fabric; a note on Junos.
"""
FASTER = f"""## Faster uplinks

Half of the cages are for hosts, half for uplinks: one sender behind an uplink congests a host's port, so only
{FASTER_SENDERS} passes the worst case. Kmax is that of the hosts' ports.
"""


class Row(Record):
    """A switch, divided in one way, under one platform."""

    model: SwitchModel
    platform: Platform
    breakout: Breakout
    uplink_breakout: Breakout
    """The same where all ports are alike."""
    ports: int
    """Lossless groups, too: there is one lossless class."""
    plan: BufferPlan | None

    @property
    def senders(self) -> int:
        """The least that congest a port to a host."""
        return SENDERS if self.breakout == self.uplink_breakout else FASTER_SENDERS

    @property
    def threshold_bytes(self) -> int | None:
        """What each of all lossless groups may hold; ``None``: not published."""
        return None if self.plan is None else self.plan.threshold_bytes(self.ports)

    def marking_bytes(self, profile: RoceProfile) -> tuple[int, int]:
        """Return where a leaf's marking begins and is complete towards hosts, as the platform counts it."""
        speed = self.breakout.speed_gbps
        found = profile.marking(self.platform.name, self.model.asic.name, "leaf", speed).bytes_at(speed)
        unit = self.platform.models.get(self.model.name, {}).get("fill_level_unit_bytes")
        low, high = (units(size, unit) * unit if isinstance(unit, int) else size for size in found)
        return low, high

    def fan_in(self, profile: RoceProfile) -> int | None:
        """Return from how many senders on marking comes before the pause; ``None``: not known."""
        threshold = self.threshold_bytes
        return None if threshold is None else -(-self.marking_bytes(profile)[1] // threshold)


def alike(catalog: Catalog, platforms: Mapping[str, Platform]) -> Iterator[Row]:
    """Yield every switch of the catalog, as its platforms that have PFC can divide it evenly."""
    for model, platform, breakouts in _switches(catalog, platforms):
        for breakout in breakouts:
            yield _row(model, platform, {breakout: model.cages})


def faster(catalog: Catalog, platforms: Mapping[str, Platform]) -> Iterator[Row]:
    """Yield every switch with half of its cages for hosts and half for faster uplinks, all at their full speed."""
    for model, platform, breakouts in _switches(catalog, platforms):
        most_gbps = max(b.ports * b.speed_gbps for b in breakouts)
        full = sorted((b for b in breakouts if b.ports * b.speed_gbps == most_gbps), key=lambda b: b.ports)
        for up, down in combinations(full, 2):
            yield _row(model, platform, {down: model.cages // 2, up: model.cages // 2})


def _switches(
    catalog: Catalog, platforms: Mapping[str, Platform]
) -> Iterator[tuple[SwitchModel, Platform, list[Breakout]]]:
    """Yield every switch under every platform that has PFC, with the breakouts of which it can make lossless ports."""
    for model in (one for one in catalog.switches.values() if one.technology == "ethernet"):
        for platform in (platforms[name] for name in model.platforms):
            if platform.expresses["pfc"] is None:
                lengths = headroom_lengths(platform, model.name)
                yield model, platform, [b for b in model.breakouts if lengths is None or b.speed_gbps in lengths]


def _row(model: SwitchModel, platform: Platform, cages: Mapping[Breakout, int]) -> Row:
    classes = [
        PortClass(
            count * one.ports,
            one.speed_gbps,
            model.lanes // one.ports,
            1,
            headroom(one.speed_gbps, CABLE_M, FRAME_BYTES, model.asic, model.lanes // one.ports),
        )
        for one, count in cages.items()
    ]
    breakouts = list(cages)
    ports = sum(one.count for one in classes)
    return Row(model, platform, breakouts[0], breakouts[-1], ports, share(model.asic, platform.name, classes))


def page(catalog: Catalog, platforms: Mapping[str, Platform]) -> str:
    """Write the page."""
    profiles = [catalog.roce[name] for name in sorted(catalog.roce)]
    lines = [HEAD, EQUAL, *_table(alike(catalog, platforms), profiles), "", FASTER]
    lines += [*_table(faster(catalog, platforms), profiles), "", "## Where each threshold comes from", ""]
    for profile in profiles:
        lines += [f"### {profile.name}", "", *map(_line, _sources(profile)), ""]
    return "\n".join(lines)


def _table(rows: Iterable[Row], profiles: list[RoceProfile]) -> Iterator[str]:
    titles = ["switch", "platform", "ports", "T", *(f"{p.name}: Kmax (senders)" for p in profiles)]
    yield _line(titles)
    yield _line(["---"] * len(titles))
    for row in rows:
        yield _line(_cells(row, profiles))


def _cells(row: Row, profiles: list[RoceProfile]) -> Iterator[str]:
    yield row.model.name
    yield row.platform.name
    down, up, half = row.breakout, row.uplink_breakout, row.model.cages // 2
    mixed = f"{half * down.ports} x {down.speed_gbps}G, {half * up.ports} x {up.speed_gbps}G"
    yield f"{row.ports} x {down.speed_gbps}G" if down == up else mixed
    yield "not published" if row.threshold_bytes is None else _kilobytes(row.threshold_bytes)
    for profile in profiles:
        complete, senders = row.marking_bytes(profile)[1], row.fan_in(profile)
        yield _kilobytes(complete) + ("" if senders is None else f" ({senders})")


def _sources(profile: RoceProfile) -> Iterator[list[str]]:
    yield ["platform", "chip", "role", "speed", "Kmin", "Kmax", "probability", "source"]
    yield ["---"] * 8
    for row in profile.markings:
        per = " a Gb/s" if row.per_gbps else ""
        yield [
            row.platform or "any",
            row.asic or "any",
            row.role or "any",
            "any" if row.speed_gbps is None else f"{row.speed_gbps}G",
            f"{row.minimum:,} B{per}",
            f"{row.maximum:,} B{per}",
            f"{row.probability_percent} %",
            row.source,
        ]


def _kilobytes(size: int) -> str:
    return f"{size // 1000:,} KB"


def _line(cells: list[str] | Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    built_in = resources(Path("absent"))
    sys.stdout.write(page(load_catalog(built_in), load_platforms(built_in)))
