#!/usr/bin/python3 -IS
"""A stand-in for dcb(8) on a ConnectX NIC; keeps what it is told in the file of $FAKE_STATE.

Written from dcb(8), dcb-app(8), dcb-ets(8), dcb-pfc(8), dcb-maxrate(8) and dcb-dcbx(8), and from what mlx5's
en_dcbnl.c does with each call.
"""

import json
import os
import sys

STATE = os.environ.get("FAKE_STATE", "absent")
EIGHT = [str(number) for number in range(8)]


def load() -> dict:
    with open(STATE) as file:  # noqa: PTH123 - pathlib takes as long to import as all the rest
        return json.load(file)


def save(state: dict) -> None:
    with open(STATE, "w") as file:  # noqa: PTH123 - as above
        json.dump(state, file)


class RefusedError(Exception):
    """The tool's message."""


def fresh() -> dict:
    """A NIC as the driver leaves it: trusting the VLAN tag, everything strict by the vendor's own scheduler."""
    return {
        "dscp-prio": {},
        "prio-tc": dict(zip(EIGHT, ["1", "0", *EIGHT[2:]], strict=True)),
        "tc-tsa": dict.fromkeys(EIGHT, "vendor"),
        "tc-bw": dict.fromkeys(EIGHT, "100"),
        "prio-pfc": dict.fromkeys(EIGHT, "off"),
        "delay": "7",
        "tc-maxrate": dict.fromkeys(EIGHT, "0bit"),
        "dcbx": ["cee", "ieee"],
        "link-toggles": 0,
        "trust": "pcp",
    }


def mapping(words: list[str], keys: list[str], values) -> dict[str, str]:
    """Array parameters of dcb(8): KEY:VALUE or all:VALUE, up to the next parameter."""
    found: dict[str, str] = {}
    while words and ":" in words[0]:
        key, _, value = words.pop(0).partition(":")
        if (key != "all" and key not in keys) or not values(value):
            raise RefusedError(f"Invalid mapping {key}:{value}")
        found.update(dict.fromkeys(keys, value) if key == "all" else {key: value})
    return found


def one_of(*words: str):
    return lambda value: value in words


def is_rate(value: str) -> bool:
    return value.endswith("bit") and value.removesuffix("bit").rstrip("KMGT").isdigit()


DSCPS = [str(number) for number in range(64)]
PARAMETERS = {
    "app": {"dscp-prio": (DSCPS, one_of(*EIGHT))},
    "ets": {
        "prio-tc": (EIGHT, one_of(*EIGHT)),
        "tc-tsa": (EIGHT, one_of("strict", "cbs", "ets", "vendor")),
        "tc-bw": (EIGHT, one_of(*map(str, range(101)))),
    },
    "pfc": {"prio-pfc": (EIGHT, one_of("on", "off"))},
    "maxrate": {"tc-maxrate": (EIGHT, is_rate)},
}


def show(nic: dict, what: str, words: list[str]) -> str:
    if what == "dcbx":
        return " ".join(nic["dcbx"]) + " \n"
    lines = []
    for word in words:
        if word == "delay" and what == "pfc":
            lines.append(f"delay {nic['delay']} ")
            continue
        if word not in PARAMETERS[what]:
            raise RefusedError(f'What is "{word}"?')
        pairs = sorted(nic[word].items(), key=lambda pair: int(pair[0]))
        lines.append(" ".join([word, *(f"{key}:{value}" for key, value in pairs)]) + " " if pairs else "")
    return "".join(f"{line}\n" for line in lines if line)


def change(nic: dict, what: str, verb: str, words: list[str]) -> None:
    if what == "dcbx":
        set_dcbx(nic, words)
    elif verb == "flush" and (what, words) == ("app", ["dscp-prio"]):
        nic["dscp-prio"], nic["trust"] = {}, "pcp"
    elif verb == ("add" if what == "app" else "set"):
        SETTERS[what](nic, parsed(nic, what, words))
    else:
        raise RefusedError("Attribute write: No such file or directory")  # what `replace` ends in on mlx5


def parsed(nic: dict, what: str, words: list[str]) -> dict:
    new: dict = {}
    while words:
        word = words.pop(0)
        if word == "delay" and what == "pfc":
            new["delay"] = words.pop(0)
            if not 0 <= int(new["delay"]) <= 65535:
                raise RefusedError("delay expects a value between 0 and 65535")
        elif word in PARAMETERS[what]:
            new[word] = {**nic[word], **mapping(words, *PARAMETERS[what][word])}
        else:
            raise RefusedError(f'What is "{word}"?')
    return new


def set_dcbx(nic: dict, words: list[str]) -> None:
    if not set(words) <= {"host", "lld-managed", "cee", "ieee", "static"} or "host" not in words:
        raise RefusedError("Attribute write: Operation not supported")
    nic["dcbx"] = words


def set_app(nic: dict, new: dict) -> None:
    nic.update(new, trust="dscp")


def set_ets(nic: dict, new: dict) -> None:
    tsa, shares = new.get("tc-tsa", nic["tc-tsa"]), new.get("tc-bw", nic["tc-bw"])
    weighted = [tc for tc in EIGHT if tsa[tc] == "ets"]
    if weighted and sum(int(shares[tc]) for tc in weighted) != 100:
        raise RefusedError("Attribute write: Invalid argument")
    nic.update(new, **{"tc-bw": {tc: shares[tc] if tc in weighted else "100" for tc in EIGHT}})


def set_pfc(nic: dict, new: dict) -> None:
    if new.get("prio-pfc", nic["prio-pfc"]) != nic["prio-pfc"]:
        nic["link-toggles"] += 1
    nic.update(new)


SETTERS = {"app": set_app, "ets": set_ets, "pfc": set_pfc, "maxrate": dict.update}


def main(words: list[str]) -> str:
    words = [word for word in words if word != "-N"]
    what, verb, dev, name, *rest = words
    if what not in {*PARAMETERS, "dcbx"} or dev != "dev":
        raise RefusedError(f'What is "{what} … {dev}"?')
    state = load()
    if name not in state:
        raise RefusedError("Attribute read: No such device")
    if verb == "show":
        return show(state[name], what, rest)
    change(state[name], what, verb, rest)
    state["calls"].append(" ".join(words))
    save(state)
    return ""


if __name__ == "__main__":
    try:
        sys.stdout.write(main(sys.argv[1:]))
    except RefusedError as error:
        sys.exit(str(error))
