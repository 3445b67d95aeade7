"""Intents to measure with: a few lines each, some hundred devices from them."""

from pathlib import Path
from textwrap import dedent

EOS = """\
    cluster: bench
    management: {{subnet: 172.16.0.0/20, gateway: 172.16.0.1, ntp: [172.16.0.5], syslog: [172.16.0.6], gnmi: true}}
    hosts: {{profile: hgx-h100-8x400g}}
    pods: {{1: {{units: {{1-{units}: {{hosts: 1-64}}}}}}}}
    fabrics:
      compute:
        kind: rail-optimized
        leaf:  {{model: dcs-7060x6-64pe, platform: eos, breakout: 2x400G}}
        spine: {{model: dcs-7060x6-64pe, platform: eos, breakout: 2x400G}}
        pools: {{hosts: 10.0.0.0/12, loopbacks: 10.255.0.0/18, links: unnumbered}}
        cables: {{host: 5m, spine: 40m}}
        roce: {{profile: balanced}}
    """
SONIC = """\
    cluster: bench
    management: {{subnet: 172.16.0.0/20, gateway: 172.16.0.1, vrf: mgmt, ntp: [172.16.0.5], syslog: [172.16.0.6]}}
    hosts: {{profile: hgx-b300-8x800g}}
    pods: {{1: {{units: {{1-{units}: {{hosts: 1-32}}}}}}}}
    fabrics:
      compute:
        kind: rail-optimized
        leaf:  {{model: sn5600, platform: sonic}}
        spine: {{model: sn5600, platform: sonic}}
        pools: {{hosts: 10.0.0.0/12, loopbacks: 10.255.0.0/18, links: 10.128.0.0/16}}
        asn: {{base: 4200000000}}
        cables: {{host: 5m, spine: 40m}}
        roce: {{profile: balanced}}
    """

EOS_64 = """\
    cluster: bench
    management: {{subnet: 172.16.0.0/20, gateway: 172.16.0.1, ntp: [172.16.0.5], syslog: [172.16.0.6], gnmi: true}}
    hosts: {{profile: hgx-b300-8x800g}}
    pods: {{1: {{units: {{1-{units}: {{hosts: 1-32}}}}}}}}
    fabrics:
      compute:
        kind: rail-optimized
        leaf:  {{model: dcs-7060x6-64pe, platform: eos}}
        spine: {{model: dcs-7060x6-64pe, platform: eos}}
        pools: {{hosts: 10.0.0.0/12, loopbacks: 10.255.0.0/18, links: 10.128.0.0/12}}
        cables: {{host: 5m, spine: 40m}}
        roce: {{profile: balanced}}
    """
HUGE = """\
    cluster: bench
    management: {{{{subnet: 172.16.0.0/15, gateway: 172.16.0.1, ntp: [172.16.0.5], syslog: [172.16.0.6]}}}}
    hosts: {{{{profile: hgx-h100-8x400g}}}}
    pods: {{{{1: {{{{units: {{{{1-{{units}}: {{{{hosts: 1-64}}}}}}}}}}}}}}}}
    fabrics:
      compute:
        kind: rail-optimized
        leaf:  {{{{{switch}, breakout: 2x400G}}}}
        spine: {{{{{switch}, breakout: 2x400G}}}}
        superspine: {{{{{switch}, breakout: 2x400G}}}}
        pools: {{{{hosts: 10.0.0.0/12, loopbacks: 10.255.0.0/18, links: 10.128.0.0/12}}}}
        cables: {{{{host: 5m, spine: 40m, superspine: 100m}}}}
        roce: {{{{profile: balanced}}}}
    """
HUGE_EOS = HUGE.format(switch="model: dcs-7060x6-64pe, platform: eos")
HUGE_SONIC = HUGE.format(switch="model: sn5600, platform: sonic")
"""Three tiers; 256 units are 131,072 GPUs below 2,048 leaves, 2,048 spines and 1,024 superspines of 128 ports."""


def write_intent(text: str, folder: Path, *, units: int) -> Path:
    """Write an intent of so many units; return its folder."""
    folder.mkdir(parents=True)
    (folder / "cluster.yaml").write_text(dedent(text).format(units=units), encoding="utf-8")
    return folder


def write_long_intent(path: Path, lines: int) -> None:
    """Write a file of so many lines, as an intent with an exception for thousands of ports would be."""
    head = "cluster: bench\nfabrics:\n  compute:\n    exceptions:\n"
    block = 5
    blocks = "".join(
        f"      tt-{number}:\n"
        f"        port: {{leaf: pod1-su{1 + number // 512}-rail{1 + number % 8}-leaf1, host: {1 + number % 64}}}\n"
        f"        enabled: false\n"
        f"        reason: TT-{4000 + number}, the cable waits for its spare part  # seen on the walk\n"
        f"        # a comment of a line, as people write them\n"
        for number in range((lines - head.count("\n")) // block)
    )
    path.write_text(head + blocks, encoding="utf-8")
