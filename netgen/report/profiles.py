"""Every RoCE profile on every switch, as a page: ``python -m netgen.report.profiles > docs/profiles.md``."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from netgen.catalog.load import load_catalog
from netgen.catalog.model import Catalog, RoceProfile, SwitchModel
from netgen.cluster.buffers import FRAME_BYTES, BufferPlan, PortClass, headroom, share
from netgen.device.text import units
from netgen.intent.quantities import Breakout
from netgen.platforms.load import load_platforms
from netgen.platforms.model import Platform
from netgen.resources.load import resources

CABLE_M = 40
"""Length of all cables of the page."""
SENDERS = 2
"""The least that congest a port of their own speed."""

HEAD = f"""# RoCE profiles on every switch

Where marking is complete (Kmax), and from how many senders to one port on it comes before PFC pauses, if **all**
lossless ports of the switch are congested at once: one lossless class, all cages divided alike, cables of {CABLE_M} m.
T is what each lossless group may hold then; the formula is in [roce.md](roce.md#marking-comes-before-the-pause).
Up to {SENDERS} senders pass the worst case; more than that is a warning of `netgen validate`
([NG522](diagnostics.md#ng522)), with the numbers of the fabric. Where a vendor does not publish how a buffer is
shared out, only Kmax is known ([NG524](diagnostics.md#ng524)). On Junos, thresholds are
whole percents, and Kmax is what they are at most: more than {SENDERS} senders are a note there.

This page is generated from netgen/catalog: `python -m netgen.report.profiles > docs/profiles.md`.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A switch, divided in one way, under one platform."""

    model: SwitchModel
    platform: Platform
    breakout: Breakout
    ports: int
    plan: BufferPlan | None

    @property
    def threshold_bytes(self) -> int | None:
        """What each of all lossless groups may hold; ``None``: not published."""
        return None if self.plan is None else self.plan.threshold_bytes(self.ports)

    def marking_bytes(self, profile: RoceProfile, role: str) -> tuple[int, int]:
        """Return where a profile's marking begins and is complete, as the platform counts it."""
        speed = self.breakout.speed_gbps
        found = profile.marking(self.platform.name, self.model.asic.name, role, speed).bytes_at(speed)
        unit = self.platform.models.get(self.model.name, {}).get("fill_level_unit_bytes")
        low, high = (units(size, unit) * unit if isinstance(unit, int) else size for size in found)
        return low, high

    def fan_in(self, profile: RoceProfile, role: str) -> int | None:
        """Return from how many senders on marking comes before the pause; ``None``: not known."""
        threshold = self.threshold_bytes
        return None if threshold is None else -(-self.marking_bytes(profile, role)[1] // threshold)


def rows(catalog: Catalog, platforms: dict[str, Platform]) -> Iterator[Row]:
    """Yield every switch of the catalog, as its platforms that have PFC can divide it."""
    for model in catalog.switches.values():
        for platform in (platforms[name] for name in model.platforms):
            for breakout in model.breakouts if platform.expresses["pfc"] is None else ():
                ports, lanes = model.cages * breakout.ports, model.lanes // breakout.ports
                speed = breakout.speed_gbps
                room = headroom(speed, CABLE_M, FRAME_BYTES, model.asic, lanes)
                plan = share(model.asic, platform.name, [PortClass(ports, speed, lanes, 1, room)])
                yield Row(model, platform, breakout, ports, plan)


def page(catalog: Catalog, platforms: dict[str, Platform]) -> str:
    """Write the page."""
    profiles = [catalog.roce[name] for name in sorted(catalog.roce)]
    titles = ["switch", "platform", "ports", "T", *(f"{p.name}: Kmax (senders)" for p in profiles)]
    lines = [HEAD, _line(titles), _line(["---"] * len(titles))]
    lines += [_line(_cells(row, profiles)) for row in rows(catalog, platforms)]
    lines += ["", "## Where each threshold comes from", ""]
    for profile in profiles:
        lines += [f"### {profile.name}", "", *map(_line, _sources(profile)), ""]
    return "\n".join(lines)


def _cells(row: Row, profiles: list[RoceProfile]) -> Iterator[str]:
    yield row.model.name
    yield row.platform.name
    yield f"{row.ports} x {row.breakout.speed_gbps}G"
    yield "not published" if row.threshold_bytes is None else _kilobytes(row.threshold_bytes)
    for profile in profiles:
        complete, senders = row.marking_bytes(profile, "leaf")[1], row.fan_in(profile, "leaf")
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
    sys.stdout.write(page(load_catalog(built_in), dict(load_platforms(built_in))))
