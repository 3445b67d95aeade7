#!/usr/bin/python3 -IS
"""A stand-in for ethtool(8)'s tunables, with the bounds of mlx5's en_ethtool.c; 65535: what the driver thinks fit."""

import json
import os
import sys


def main(words: list[str]) -> None:
    with open(os.environ["FAKE_STATE"]) as file:  # noqa: PTH123 - pathlib takes as long to import as all the rest
        state = json.load(file)
    option, name, tunable, *value = words
    if tunable != "pfc-prevention-tout" or name not in state:
        sys.exit("netlink error: No such device")
    if option == "--get-tunable" and not value:
        print(f"{tunable}: {state[name].get('stall', 0)}")
    elif option == "--set-tunable" and (value in (["0"], ["65535"]) or 80 <= int(value[0]) <= 8000):
        state[name]["stall"] = 100 if value == ["65535"] else int(value[0])
        state["calls"].append(" ".join(words))
        with open(os.environ["FAKE_STATE"], "w") as file:  # noqa: PTH123 - as above
            json.dump(state, file)
    else:
        sys.exit("Cannot set device tunable: Invalid argument")


main(sys.argv[1:])
