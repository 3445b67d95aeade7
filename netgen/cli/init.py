"""init: a new repository that can be validated, rendered and tried in a lab at once."""

from pathlib import Path

from netgen.cli.console import say
from netgen.cli.exits import Exit
from netgen.intent.texts import HOST_NAME

CLUSTER = """\
# {name}: 256 GPUs, 8 rails, one unit of 32 hosts. `netgen validate intent/{name}` explains what is wrong.
cluster: {name}
management:
  subnet: 172.20.0.0/22
  gateway: 172.20.0.1
  ntp: [172.20.0.5]
  users:
    netgen: {{role: admin, password: {{secret: users/netgen}}}}
hosts: {{profile: hgx-h100-8x400g}}        # GPUs, NICs in rail order, names of ports: from the catalog
pods:
  1:
    units: {{1: {{hosts: 1-32}}}}
    capacity: {{units: 4}}                 # growth up to here renumbers and re-cables nothing
fabrics:
  compute:
    kind: rail-optimized
    leaf:  {{model: dcs-7060x6-64pe, platform: eos, breakout: 2x400G}}
    spine: {{model: dcs-7060x6-64pe, platform: eos, breakout: 2x400G}}
    pools: {{hosts: 10.0.0.0/12, loopbacks: 10.255.0.0/18, links: unnumbered}}
    cables: {{host: 5m, spine: 40m}}
    roce: {{profile: balanced}}
"""

CONNECTIONS = """\
# How the devices of {name} are reached. Secrets are references: an environment variable, or a file of yours alone.
defaults: {{username: netgen}}
platforms:
  eos:
    password: {{env: NETGEN_EOS_PASSWORD}}
    ca: ca.pem                             # what signed the switches' certificates; beside this file
secrets:
  users/netgen: {{env: NETGEN_USER_HASH}}    # a SHA-512 crypt hash: openssl passwd -6
"""

IGNORED = """\
# what netgen keeps for itself: locks, backups of devices (they hold secrets), labs
.netgen/
# a plan names what was approved, and carries the salt of its digests
*plan.json
"""


def init(folder: Path, name: str) -> Exit:
    """Write a repository; nothing that is there is overwritten."""
    if HOST_NAME.fullmatch(name) is None:
        say(f"error: {name!r} is no name of a cluster: lower-case letters, digits and hyphens")
        return Exit.ERROR
    files = {
        folder / "intent" / name / "cluster.yaml": CLUSTER.format(name=name),
        folder / "inventories" / name / "connections.yaml": CONNECTIONS.format(name=name),
        folder / ".gitignore": IGNORED,
    }
    there = [path for path in files if path.exists()]
    if there:
        say(f"error: {there[0]} is there already, and is not overwritten")
        return Exit.ERROR
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        say(f"error: {error.filename} cannot be written: {error.strerror}")
        return Exit.ERROR
    for path in files:
        say(f"wrote {path}")
    say(f"next: cd {folder} && netgen validate intent/{name} && netgen render intent/{name} -o rendered/{name}")
    return Exit.DONE
