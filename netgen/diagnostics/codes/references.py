"""NG3xx: a name that must exist elsewhere in the intent, and does not."""

from netgen.diagnostics.codes.code import Code

UNKNOWN_DEVICE = Code(
    "NG301",
    "No such device",
    "An exception or the inventory names a device that does not follow from the intent. Names are derived; `netgen\n"
    "topology` lists them.",
    "exceptions: {TT-1: {device: pod1-spine99, model: sn5600, reason: loan}}",
)
UNKNOWN_PORT = Code(
    "NG302",
    "No such port",
    "An exception names a port by what is at its other end, and that leaf has no such link.",
    "exceptions: {TT-1: {port: {leaf: pod1-su1-rail1-leaf1, host: 999}, enabled: false, reason: optics}}",
)
CONTRADICTION = Code(
    "NG303",
    "Contradiction",
    "Two parts of an exception, or two exceptions, cannot both hold.",
    "exceptions: {TT-1: {port: {leaf: pod1-su1-rail1-leaf1, host: 1, spine: 1}, enabled: false, reason: optics}}",
)
UNKNOWN_MODEL = Code(
    "NG304",
    "Unknown switch model",
    "The catalog has no such switch. A repository adds its own in `catalog/switches/`.",
    "leaf: {model: dcs-7060x6, platform: eos}",
)
UNKNOWN_PROFILE = Code(
    "NG305",
    "Unknown host profile",
    "The catalog has no such host. A repository adds its own in `catalog/hosts/`.",
    "hosts: {profile: hgx-h100}",
)
UNKNOWN_PLATFORM = Code(
    "NG306",
    "Unknown platform",
    "There is no folder of that name in `templates/`, or it configures devices of another kind.",
    "leaf: {model: sn5600, platform: eoss}",
)
PLATFORM_NOT_ON_MODEL = Code(
    "NG307",
    "Platform does not run on this model",
    "The catalog says which platforms run on a switch.",
    "leaf: {model: sn5600, platform: eos}",
)
UNKNOWN_PLACEHOLDER = Code(
    "NG308",
    "Unknown placeholder in a name",
    "A pattern of names may use only the ids that its kind of device has.",
    'naming: {spine: "spine{rail}"}',
)
MISSING_FILE = Code(
    "NG309",
    "No such file",
    "The intent names a file that is not in its folder, or that cannot be read as text.",
    "exceptions: {TT-1: {device: pod1-spine1, native: extras/absent.cfg, reason: agent}}",
)
NO_EFFECT = Code(
    "NG310",
    "Exception without effect",
    "An exception changes a port (`enabled`, `swapped-with`) or a device (`model`, `native`). One that names neither,\n"
    "or says nothing of what it names, would look as if it did something.",
    "exceptions: {TT-1: {device: pod1-spine2, enabled: false, reason: TT-1}}",
)
OTHER_TECHNOLOGY = Code(
    "NG311",
    "Of another technology",
    "A fabric is of Ethernet unless it says `technology: infiniband`; its switches and NICs are of the same.",
    "fabrics: {compute: {leaf: {model: qm9700, platform: eos}}}",
)
