"""The whole NVUE tree of a switch, as ``nv config show`` has it below ``set``."""

from netgen.device.model import Switch
from netgen.platforms.cumulus import interfaces, qos, routing, system
from netgen.platforms.cumulus.branch import Branch, pruned
from netgen.platforms.cumulus.native import merged
from netgen.platforms.model import Platform


def build(device: Switch, platform: Platform) -> Branch:
    """Build the tree: keys of NVUE's object model, down to texts and whole numbers.

    Raises
    ------
    PlatformError
        If Cumulus Linux cannot express what it is told, or a native snippet is not a tree.
    """
    policy = qos.policy(device)
    tree = pruned(
        {
            "bridge": interfaces.bridge(device),
            "interface": interfaces.branch(device, platform, policy),
            "qos": policy.branch,
            "router": routing.router(device),
            "service": pruned({**system.service(device.management), "lldp": policy.lldp}),
            "system": system.system(device),
            "vrf": pruned({"default": routing.vrf(device.bgp), "mgmt": system.vrf(device.management)}),
        }
    )
    return merged(tree, device.native)
