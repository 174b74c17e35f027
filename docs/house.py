"""Draw the project's structure from its imports into docs/images/house.svg: `make house`.

A package is a room, one floor above the highest room of its house that it imports. An arrow that
passes other floors goes down a shaft. A room and a floor make a spot: on the room's own floor it
is the room, on a floor above it is the shaft down to it. Lengths are in pixels.
"""

import random
import sys
import textwrap
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import combinations, pairwise
from pathlib import Path

import grimp

from dashboard.palette import palette

PICTURE = Path(__file__).parent / "images" / "house.svg"
HOUSES = {"dashboard": 12, "pipeline": 628}  # where their left walls stand
PLUMBING = "pipeline.plumbing"
HEAVY = {"keras", "tensorflow"}
LETTER, LINE, TITLE = 6.6, 14, 26  # 11-pixel letters of any monospaced font; a room's name
WIDE, ROOF, PAD, STAIRS, SHAFT = 600, 50, 11, 25, 10
TEMPLATE = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1240 {height}" role="img">
<title>How Inkling is built</title>
<desc>The dashboard and the pipeline as two houses, their packages as rooms. Arrows lead down to
what a room imports. The dashboard imports from the pipeline, never the other way.</desc>
<style>
text {{ font: 11px Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: {ink.text} }}
.serif {{ font: 600 17px Georgia, "DejaVu Serif", serif }}
.room {{ font-weight: 700 }}
.shared {{ font-weight: 700; fill: {ink.accent} }}
.heavy {{ font-weight: 700; font-size: 8px; fill: {ink.diverging[9]} }}
.ways {{ fill: none; stroke: {ink.text}; opacity: 0.5 }}
.tipped {{ marker-end: url(#tip) }}
.wall {{ fill: {ink.sequential[0]}; stroke: {ink.border} }}
.wall ~ rect {{ fill: {ink.surface}; stroke: {ink.border} }}
</style>
<marker id="tip" viewBox="0 0 8 8" refX="4" refY="4" markerWidth="7" markerHeight="7"
orient="auto"><path d="M0 1L8 4L0 7Z" fill="{ink.text}"/></marker>
<rect width="1240" height="{height}" fill="{ink.surface}"/>
<text class="serif" x="22" y="40">How Inkling is built</text>
<text x="22" y="66">Arrows lead down to what a room imports.</text>
<text x="22" y="81">What follows from other arrows is left out.</text>
<text x="22" y="104"><tspan class="shared">blue</tspan> imported by the dashboard</text>
<text x="22" y="119"><tspan class="heavy">TF</tspan></text>
<text x="55" y="119">imports TensorFlow or Keras</text>
<g transform="translate(0 {ground})">
{houses}
<path d="M600 -200h30v-6l12 8.5l-12 8.5v-6h-30Z" fill="{ink.accent}"/>
<path d="M22 0H1218" stroke="{ink.text}" stroke-width="1.5"/>
</g>
</svg>
"""

Pair = tuple[str, str]
Spot = tuple[str, int]
Arrow = tuple[Spot, Spot]
Span = tuple[float, float]  # from where to where a spot reaches; a shaft is as wide as its line
Words = dict[Spot, list[str]]  # what each room says, its name first; shafts say nothing


def rooms_of(graph: grimp.ImportGraph) -> dict[str, str]:
    """Return the room of each module: its package, or itself where it lies in none.

    Those of the pipeline's single modules that need no room are one room, the plumbing.
    """
    ours = {m for m in graph.modules if "." in m and not graph.is_module_squashed(m)}
    rooms = {module: ".".join(module.split(".")[:2]) for module in sorted(ours)}
    packages = {rooms[module] for module in ours if module != rooms[module]}
    plumbing = {m for m in ours - packages if m == rooms[m] and m.startswith("pipeline.")}
    needs = {m: graph.find_modules_directly_imported_by(m) & ours for m in plumbing}
    while upstairs := {module for module in plumbing if needs[module] - plumbing}:
        plumbing -= upstairs
    return rooms | dict.fromkeys(plumbing, PLUMBING)


def imports_of(graph: grimp.ImportGraph, rooms: dict[str, str]) -> dict[Pair, str]:
    """Return which room imports which, each with two modules as an example."""
    return {
        (rooms[module], rooms[other]): f"as {module} does {other}"
        for module in sorted(rooms)
        for other in sorted(graph.find_modules_directly_imported_by(module) & rooms.keys())
        if rooms[module] != rooms[other]
    }


def floors_of(rooms: set[str], imports: dict[Pair, str]) -> dict[str, int]:
    """Return each room's floor, 0 at the bottom, by the longest way down; lower rooms first.

    Raises ValueError where rooms import each other in a circle.
    """
    below = {room: [b for a, b in sorted(imports) if a == room] for room in sorted(rooms)}
    floors: dict[str, int] = {}
    try:
        for room in TopologicalSorter(below).static_order():
            floors[room] = 1 + max((floors[other] for other in below[room]), default=-1)
    except CycleError as error:
        circle = [f"{a} imports {b}, {imports[a, b]}" for b, a in pairwise(error.args[1])]
        raise ValueError(f"rooms import each other in a circle: {'; '.join(circle)}") from None
    return floors


def arrows_of(floors: dict[str, int], imports: dict[Pair, str]) -> list[Arrow]:
    """Return the arrows, each one floor long; what follows from others is left out."""
    reached: dict[str, set[str]] = {}
    arrows: set[Arrow] = set()
    for room, top in floors.items():
        below = {b for a, b in imports if a == room}
        implied = set().union(*(reached[other] for other in below))
        reached[room] = below | implied
        for other in below - implied:
            shaft = [(other, floor) for floor in range(floors[other], top)]
            arrows.update(pairwise([(room, top), *reversed(shaft)]))
    return sorted(arrows)


def spans_of(row: list[Spot], words: Words) -> dict[Spot, Span]:
    """Divide a floor: each room gets what its longest word needs, then by all that it says.

    Raises ValueError where the longest words do not fit side by side.
    """
    least = [LETTER * max(map(len, words[s])) + 2 * PAD if s in words else SHAFT for s in row]
    wish = [1 + sum(map(len, words[s][1:])) if s in words else 0 for s in row]
    rest = WIDE - PAD * (len(row) + 1) - sum(least)
    if rest < 0:
        raise ValueError(f"a floor of {WIDE} pixels is too narrow for {row}; widen the houses")
    spans, x = {}, float(PAD)
    for spot, needed, share in zip(row, least, wish, strict=True):
        width = needed + rest * share / sum(wish)
        spans[spot] = (x, x + width) if spot in words else (x + width / 2, x + width / 2)
        x += width + PAD
    return spans


def ends(upper: Span, lower: Span) -> Span:
    """Return where an arrow starts and ends: straight down where one lies over the other."""
    left, right = max(upper[0], lower[0]), min(upper[1], lower[1])
    if left <= right:
        return (left + right) / 2, (left + right) / 2
    start, end = (right, left) if upper[1] == right else (left, right)
    inset = PAD if start < end else -PAD
    return start - (upper[0] < upper[1]) * inset, end + (lower[0] < lower[1]) * inset


def arrange(rows: list[list[Spot]], arrows: list[Arrow], words: Words) -> dict[Spot, Span]:
    """Order the spots of each floor so that arrows lean and cross little; return where they are.

    Swaps what helps most until nothing does, from 20 orders drawn with one seed.
    """

    def placed(rows: list[list[Spot]]) -> dict[Spot, Span]:
        return {spot: span for row in rows for spot, span in spans_of(row, words).items()}

    def unrest(rows: list[list[Spot]]) -> float:
        spans = placed(rows)
        ways = [(upper[1], *ends(spans[upper], spans[lower])) for upper, lower in arrows]
        crossings = sum(
            floor == same and (start - other_start) * (end - other_end) < 0
            for (floor, start, end), (same, other_start, other_end) in combinations(ways, 2)
        )
        return 100 * crossings + sum(abs(start - end) for _, start, end in ways)

    def swaps(rows: list[list[Spot]]) -> Iterator[list[list[Spot]]]:
        for a, b in (pair for row in rows for pair in combinations(row, 2)):
            yield [[{a: b, b: a}.get(spot, spot) for spot in row] for row in rows]

    def calmed(rows: list[list[Spot]]) -> list[list[Spot]]:
        while unrest(better := min(swaps(rows), key=unrest, default=rows)) < unrest(rows):
            rows = better
        return rows

    drawn = random.Random(0)
    starts = [[drawn.sample(row, len(row)) for row in rows] for _ in range(20)]
    return placed(min(map(calmed, starts), key=unrest))


def labels_of(graph: grimp.ImportGraph, rooms: dict[str, str]) -> dict[str, dict[str, str]]:
    """Return what each room says, its name first, word by word: as read -> as SVG."""
    labels: dict[str, dict[str, str]] = {room: {} for room in rooms.values()}
    labels[PLUMBING] = {"plumbing": '<tspan class="room">plumbing</tspan>'}
    for module, room in sorted(rooms.items()):
        users = graph.find_modules_that_directly_import(module)
        shared = module.startswith("pipeline.") and any(m.startswith("dashboard.") for m in users)
        style = "shared" if shared else "room" if module == room else "module"
        tag = "\u00a0TF" if HEAVY & graph.find_modules_directly_imported_by(module) else ""
        word = module.split(".", 1 if room in (module, PLUMBING) else 2)[-1]
        svg = f'<tspan class="{style}">{word}</tspan><tspan class="heavy">{tag}</tspan>'
        labels[room][word + tag] = svg
    return labels


def wrapped(words: list[str], span: Span) -> list[list[str]]:
    """Break what a room says into lines that fit between its walls; its name has the first."""
    lines = textwrap.wrap("  ".join(words[1:]), int((span[1] - span[0] - 2 * PAD) / LETTER))
    return [words[:1], *(line.split("  ") for line in lines)]


def draw_room(span: Span, top: int, ground: int, svg: dict[str, str]) -> str:
    """Return a room with what it says: `svg` has each word as read and as SVG."""
    left, right = span
    place = f'x="{left:.1f}" y="{top}" width="{right - left:.1f}" height="{ground - top}"'
    parts = [f'<rect {place} rx="4"/>']
    for i, line in enumerate(wrapped(list(svg), span)):
        said = "\u00a0\u00a0".join(svg[word] for word in line)
        y = top + 17 + LINE * i + (3 if i else 0)
        parts.append(f'<text x="{left + PAD:.1f}" y="{y}">{said}</text>')
    return "\n".join(parts)


def draw_arrow(start: float, end: float, above: int, below: int, arrives: bool) -> str:
    """Return an arrow from one floor to the next, with a tip where it arrives at a room."""
    below -= 4 if arrives else 0
    bend = f"{start:.1f} {below} {end:.1f} {above} {end:.1f} {below}"
    style = "tipped" if arrives else "on"
    return f'<path class="{style}" d="M{start:.1f} {above}C{bend}"/>'


def draw_house(
    name: str, floors: dict[str, int], arrows: list[Arrow], labels: dict[str, dict[str, str]]
) -> tuple[str, int]:
    """Return a house as SVG that stands on y = 0 beside x = 0, and its height."""
    spots = sorted({*floors.items(), *(spot for arrow in arrows for spot in arrow)})
    rows = [[s for s in spots if s[1] == floor] for floor in range(1 + max(floors.values()))]
    words = {spot: list(labels[spot[0]]) for spot in floors.items()}
    spans = arrange(rows, arrows, words)
    tops, grounds = [], [-PAD]
    for row in rows:
        lines = max(len(wrapped(words[spot], spans[spot])) for spot in row if spot in words)
        tops.append(grounds[-1] - TITLE - (LINE * (lines - 1) + 6 if lines > 1 else 0))
        grounds.append(tops[-1] - STAIRS)
    eaves = tops[-1] - PAD
    parts = [
        f'<path class="wall" d="M0 0V{eaves}L{WIDE // 2} {eaves - ROOF}L{WIDE} {eaves}V0Z"/>',
        f'<text class="serif" x="{WIDE // 2}" y="{eaves - 8}" text-anchor="middle">{name}</text>',
        '<g class="ways">',
    ]
    for room, floor in sorted(spans.keys() - words.keys()):
        line = spans[room, floor][0]
        parts.append(f'<path d="M{line:.1f} {tops[floor]}V{grounds[floor]}"/>')
    for upper, lower in arrows:
        heights = grounds[upper[1]], tops[lower[1]]
        way = ends(spans[upper], spans[lower])
        parts.append(draw_arrow(*way, *heights, arrives=lower in words))
    parts.append("</g>")
    for (room, floor), span in ((spot, spans[spot]) for spot in words):
        parts.append(draw_room(span, tops[floor], grounds[floor], labels[room]))
    return "\n".join(parts), ROOF - eaves


def draw(graph: grimp.ImportGraph) -> str:
    """Return the picture as SVG.

    Raises ValueError where rooms import each other in a circle, or a floor is too full.
    """
    rooms = rooms_of(graph)
    imports = imports_of(graph, rooms)
    floors_of(set(rooms.values()), imports)
    labels = labels_of(graph, rooms)
    drawn, heights = [], []
    for name, x in HOUSES.items():
        inside = {room for room in rooms.values() if room.startswith(f"{name}.")}
        within = {pair: example for pair, example in imports.items() if inside.issuperset(pair)}
        floors = floors_of(inside, within)
        svg, height = draw_house(name, floors, arrows_of(floors, within), labels)
        drawn.append(f'<g transform="translate({x} 0)">\n{svg}\n</g>')
        heights.append(height)
    ground = max(heights[0] + 110, heights[1] + 22)
    return TEMPLATE.format(
        ink=palette(dark=False), ground=ground, height=ground + 22, houses="\n".join(drawn)
    )


def main() -> None:
    """Write the picture, or say why there is none."""
    graph = grimp.build_graph(*HOUSES, include_external_packages=True, cache_dir=None)
    try:
        PICTURE.write_text(draw(graph), encoding="utf-8")
    except ValueError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
