"""A lineage as a picture: boxes for artifacts and executions, left to right, in one SVG file."""

from html import escape

from pipeline.metadata.lineage import Origin

WIDTH, HEIGHT, GAP, MARGIN = 230, 56, 46, 16
FILLS = {"artifact": "#e8f0fb", "execution": "#fdf1e2"}


def draw_lineage(origin: Origin) -> str:
    """SVG with the sources on the left and the artifact on the right."""
    depth = _depths(origin)
    columns: dict[int, list[Origin]] = {}
    for found in origin.all():
        columns.setdefault(depth[found.artifact.id], []).append(found)
    deepest = max(columns)
    places: dict[int, tuple[int, int]] = {}
    for level, found_here in columns.items():
        for row, found in enumerate(found_here):
            left = MARGIN + 2 * (deepest - level) * (WIDTH + GAP) + WIDTH + GAP
            places[found.artifact.id] = (left, MARGIN + row * (HEIGHT + GAP))
    body = [line for found in origin.all() for line in _node(found, places)]
    width = MARGIN * 2 + (2 * deepest + 2) * (WIDTH + GAP)
    height = MARGIN * 2 + max(len(column) for column in columns.values()) * (HEIGHT + GAP)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif">'
    title = f"<title>Lineage of {escape(origin.artifact.channel)} {origin.artifact.id}</title>"
    return "\n".join([head, title, *body, "</svg>", ""])


def _depths(origin: Origin) -> dict[int, int]:
    """How many executions stand between each artifact and the last one, at most."""
    depths: dict[int, int] = {}
    pending = [(origin, 0)]
    while pending:
        found, depth = pending.pop()
        depths[found.artifact.id] = max(depth, depths.get(found.artifact.id, 0))
        pending += [(before, depth + 1) for before in found.inputs]
    return depths


def _node(origin: Origin, places: dict[int, tuple[int, int]]) -> list[str]:
    left, top = places[origin.artifact.id]
    lines = [
        _box(left, top, "artifact", f"{origin.artifact.channel} {origin.artifact.id}", origin.artifact.digest[:16])
    ]
    if origin.execution is None:
        return lines
    made = left - WIDTH - GAP
    lines.append(_box(made, top, "execution", origin.execution.node, origin.execution.key))
    lines.append(_line(made + WIDTH, top, left, top))
    lines += [
        _line(places[before.artifact.id][0] + WIDTH, places[before.artifact.id][1], made, top)
        for before in origin.inputs
    ]
    return lines


def _box(left: int, top: int, kind: str, title: str, text: str) -> str:
    return (
        f'<rect x="{left}" y="{top}" width="{WIDTH}" height="{HEIGHT}" rx="6" fill="{FILLS[kind]}" stroke="#555"/>'
        f'<text x="{left + 10}" y="{top + 23}" font-size="15">{escape(title)}</text>'
        f'<text x="{left + 10}" y="{top + 43}" font-size="11" fill="#555">{escape(text)}</text>'
    )


def _line(left: int, left_top: int, right: int, right_top: int) -> str:
    y1, y2 = left_top + HEIGHT // 2, right_top + HEIGHT // 2
    return f'<line x1="{left}" y1="{y1}" x2="{right}" y2="{y2}" stroke="#555"/>'
