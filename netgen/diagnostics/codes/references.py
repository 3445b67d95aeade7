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
