"""What a model of switch must have for its place: cages for all ports, and data of its platform.

Of the data that a platform.yaml has of a model, two entries mean the same on every platform: ``breakout``, by the
number of ports that a cage is divided into, and ``buffers.headroom``, lengths of cable in metres by speed in Gb/s.
"""

from collections.abc import Iterator, Mapping

from netgen.catalog.model import SwitchModel
from netgen.cluster.fabric import Fabric, Tier
from netgen.cluster.model import Cluster
from netgen.cluster.topology.slots import layer_of
from netgen.diagnostics.codes import derived, references
from netgen.diagnostics.codes import platform as codes
from netgen.diagnostics.finding import Finding, IntentPath
from netgen.intent.models import Intent
from netgen.platforms.lengths import headroom_lengths
from netgen.platforms.model import Kind, Platform
from netgen.record import Record
from netgen.rules.merge import merged


class _Use(Record):
    """A model in the place of a tier's switches: all of them, or one by exception."""

    fabric: Fabric
    tier: Tier
    model: SwitchModel
    path: IntentPath
    """Of the model's name."""
    by_exception: bool

    @property
    def split_path(self) -> IntentPath:
        """Where the intent says how cages are divided, or else that the model is another one."""
        return self.path if self.by_exception else (*self.path[:-1], "breakout")


def check(intent: Intent, cluster: Cluster, platforms: Mapping[str, Platform]) -> Iterator[Finding]:
    """Yield what a switch lacks; what leaves and spines lack alike is one finding."""
    findings: list[Finding] = []
    for use in _uses(intent, cluster):
        unfit = [*_fit(use), *_cages(use)]
        # what the model cannot do by itself, no platform has data for
        findings += unfit or _platform_data(use, platforms)
    yield from merged(findings)


def _uses(intent: Intent, cluster: Cluster) -> Iterator[_Use]:
    models = {model.name: model for fabric in cluster.fabrics for model in fabric.overlay.models.values()}
    for fabric in cluster.fabrics:
        path: IntentPath = ("fabrics", fabric.name)
        for tier in fabric.tiers.values():
            yield _Use(fabric, tier, tier.model, (*path, fabric.told(tier.role), "model"), by_exception=False)
        others = {key: one for key, one in intent.fabrics[fabric.name].exceptions.items() if one.model is not None}
        switches = cluster.switches_by_name(fabric) if others else {}
        yield from _listed(fabric)
        for key, deviation in others.items():
            if deviation.model is not None and deviation.device is not None:
                tier = fabric.tier(switches[deviation.device].role)
                at = (*path, "exceptions", key, "model")
                yield _Use(fabric, tier, models[deviation.model], at, by_exception=True)


def _listed(fabric: Fabric) -> Iterator[_Use]:
    """Yield every other model that a list of switches gives some, once a tier."""
    if fabric.listed is None:
        return
    told: set[tuple[str, str]] = set()
    for node, model in fabric.overlay.models.items():
        tier = fabric.tier(layer_of(fabric.plan, node).name)
        if (tier.role, model.name) not in told:
            told.add((tier.role, model.name))
            path: IntentPath = ("fabrics", fabric.name, "switches", fabric.listed.names[node], "model")
            yield _Use(fabric, tier, model, path, by_exception=True)


def _fit(use: _Use) -> Iterator[Finding]:
    """Yield why another model cannot stand in for its tier's; those of a tier have been checked by themselves."""
    tier, model = use.tier, use.model
    if tier.platform not in model.platforms:
        yield references.PLATFORM_NOT_ON_MODEL.about(
            f"{tier.platform}, the platform of every {tier.role}, does not run on {model.name}", use.path
        )
    for breakout in (one for one in tier.breakouts if one not in model.breakouts):
        yield derived.UNKNOWN_BREAKOUT.about(
            f"{model.name} cannot divide a cage into {breakout}, as every {tier.role} does",
            use.path,
            advice="it can: " + ", ".join(map(str, model.breakouts)),
        )


def _cages(use: _Use) -> Iterator[Finding]:
    if use.fabric.listed is not None:
        return  # a list names its ports one by one
    ports = use.tier.port_map(use.model, use.fabric.layer(use.tier.role))
    if ports.first_up < ports.down:
        need = f"{ports.down} ports down and {ports.up} up, which begin at a cage of their own"
        yield derived.PORT_BUDGET.about(
            f"{use.model.name} has {use.model.cages} cages of {' and '.join(map(str, use.tier.breakouts))}, "
            f"too few for a {use.tier.role}",
            use.path,
            notes=(f"it needs {need}" if ports.up else f"it needs {ports.down} ports",),
        )


def _platform_data(use: _Use, platforms: Mapping[str, Platform]) -> Iterator[Finding]:
    model, platform = use.model, platforms[use.tier.platform]
    if model.name not in platform.models:
        if platform.only_listed_models:
            others = [one.name for one in platforms.values() if Kind.SWITCH in one.kinds and not one.only_listed_models]
            yield codes.UNLISTED_MODEL.about(
                f"the platform {platform.name} has no data of {model.name}",
                use.path,
                notes=("it has data of " + ", ".join(sorted(platform.models)),),
                advice=f"describe it under `models` in templates/{platform.name}/platform.yaml of your repository, "
                f"or choose a platform that runs on any model: {' or '.join(sorted(others))}",
            )
        return
    data = platform.models[model.name]
    modes = data.get("breakout")
    for breakout in use.tier.breakouts:
        if isinstance(modes, Mapping) and str(breakout.ports) not in modes:
            yield codes.PLATFORM_BREAKOUT.about(
                f"{platform.title} divides no cage of {model.name} into {breakout.ports} ports",
                use.split_path,
                notes=("its modes are " + ", ".join(map(str, modes.values())),),
            )
        elif use.fabric.roce is not None and any(c.lossless for c in use.fabric.roce.classes):
            yield from _headroom(use, platform, headroom_lengths(platform, model.name), breakout.speed_gbps)


def _headroom(
    use: _Use, platform: Platform, shipped: Mapping[int, tuple[int, ...]] | None, speed: int
) -> Iterator[Finding]:
    if shipped is None:
        return
    lengths = shipped.get(speed, ())
    if not lengths:
        known = ", ".join(f"{number}G" for number in sorted(shipped))
        yield codes.NO_HEADROOM.about(
            f"{platform.title} has no headroom for lossless ports of {speed}G on {use.model.name}",
            use.split_path,
            notes=(f"its vendor ships it for {known}",),
        )
        return
    fabric = use.fabric
    ends = fabric.cables_at(use.tier.role)
    for key, length in fabric.cables_m.items():
        if key in ends and length is not None and length > max(lengths):
            yield codes.NO_HEADROOM.about(
                f"{platform.title} has headroom for {speed}G on {use.model.name} up to {max(lengths)} m; "
                f"the {key} cables have {length} m",
                ("fabrics", fabric.name, "cables", key),
            )
