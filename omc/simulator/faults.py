"""What is broken on purpose besides the mains: cables, silenced nodes, sleeping cells."""

from __future__ import annotations


class Faults:
    """Active faults by object index, each with the time it began (Unix seconds).

    Attributes:
        cuts: Spans that carry no light.
        cut_at: Where they are cut, as a share of the cable from its first end.
        bends: Spans that lose more light than they should, each with when and by how many dB.
        silenced: Nodes that do not answer although they are well.
        asleep: Cells that say they are up and carry next to nothing.
        revision: Changes whenever these do.
    """

    def __init__(self) -> None:
        self.cuts: dict[int, float] = {}
        self.cut_at: dict[int, float] = {}
        self.bends: dict[int, tuple[float, float]] = {}
        self.silenced: dict[int, float] = {}
        self.asleep: dict[int, float] = {}
        self.revision = 0

    def cut(self, span: int, time: float, share: float = 0.5) -> None:
        """Cut a span so far along it; a span that is cut already stays cut since then, there."""
        self.cuts.setdefault(span, time)
        self.cut_at.setdefault(span, share)
        self.revision += 1

    def bend(self, span: int, decibels: float, time: float) -> None:
        """Let a span lose so much more light."""
        self.bends[span] = (time, decibels)
        self.revision += 1

    def silence(self, node: int, time: float) -> None:
        """Silence a node."""
        self.silenced.setdefault(node, time)
        self.revision += 1

    def put_to_sleep(self, cell: int, time: float) -> None:
        """Let a cell fall asleep; one that sleeps already has slept since then."""
        self.asleep.setdefault(cell, time)
        self.revision += 1

    def heal(self) -> None:
        """Mend all of it."""
        self.cuts.clear()
        self.cut_at.clear()
        self.bends.clear()
        self.silenced.clear()
        self.asleep.clear()
        self.revision += 1
