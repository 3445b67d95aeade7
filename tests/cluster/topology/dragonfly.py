"""A dragonfly on the slot interface: it shows that the interface fits more than trees.

Kim et al., ISCA 2008: *a* routers a group, *p* hosts a router, *h* global links a router, g = a·h + 1 groups; the
palmtree arrangement of global links: router r, global port k of group G goes to group (G - (r·h + k + 1)) mod g,
there to router a - 1 - r, port h - 1 - k.
"""

from dataclasses import dataclass

from netgen.cluster.topology.slots import End, Layer, layer_of, layers_of


@dataclass(frozen=True)
class Dragonfly:
    a: int
    p: int
    h: int

    @property
    def groups(self) -> int:
        return self.a * self.h + 1

    @property
    def layers(self) -> tuple[Layer, ...]:
        routers = self.a * self.groups
        return layers_of(("host", routers * self.p, 0, 1), ("router", routers, self.p, self.a - 1 + self.h))

    def peer(self, node: int, slot: int) -> End | None:
        hosts, routers = self.layers
        if node in hosts:
            router, port = divmod(hosts.index(node), self.p)
            return routers.first + router, port
        router = routers.index(node)
        if slot < self.p:
            return hosts.first + router * self.p + slot, 0
        group, r = divmod(router, self.a)
        if slot < self.p + self.a - 1:
            other = slot - self.p
            other += other >= r  # a router has no port to itself
            back = r - (r > other)
            return routers.first + group * self.a + other, self.p + back
        k = slot - self.p - (self.a - 1)
        far_group = (group - (r * self.h + k + 1)) % self.groups
        far = routers.first + far_group * self.a + self.a - 1 - r
        return far, self.p + self.a - 1 + self.h - 1 - k

    def far_ends(self, node: int) -> list[End | None]:
        """`peer` of each slot of a node, in order."""
        return [self.peer(node, slot) for slot in range(layer_of(self, node).slots)]

    def link_counts(self) -> dict[tuple[str, str], int]:
        local = self.groups * self.a * (self.a - 1) // 2
        return {
            ("host", "router"): self.p * self.a * self.groups,
            ("router", "router"): local + self.groups * self.a * self.h // 2,
        }
