"""Small multiples of CPU time and memory by size, both scales logarithmic."""

import math
from html import escape

WIDTH, LEFT, GAP, PANEL, HEIGHT, TOP = 1180, 64, 34, 190, 190, 74
BLUE, GREY, INK = "#1f5fa8", "#8a8a8a", "#222222"


def chart(axes):
    rows = [("CPU time, seconds", lambda point: point[2], 1.0),
            ("peak memory, MB", lambda point: point[3], 2.0**20)]
    height = TOP + len(rows) * (HEIGHT + 66)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" font-family="sans-serif" font-size="12" fill="{INK}">',
        '<title>How cost grows with calls, users, models, rules and rows of a log</title>',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        text(LEFT, 26, "How cost grows", size=18, weight="bold"),
        text(LEFT, 46, "Dots: measured. Dashed: growing in proportion to n, through the largest "
             "size. Both scales are logarithmic.", color=GREY)]
    for row, (label, value, unit) in enumerate(rows):
        y = TOP + row * (HEIGHT + 66)
        values = [value(point) / unit for axis in axes for point in axis.points]
        bottom, top = decade(min(values), math.floor), decade(max(values), math.ceil)
        parts.append(f'<text transform="translate(16 {y + HEIGHT / 2}) rotate(-90)" '
                     f'text-anchor="middle">{escape(label)}</text>')
        for column, axis in enumerate(axes):
            x = LEFT + column * (PANEL + GAP)
            points = [(point[0], value(point) / unit) for point in axis.points]
            parts += panel(x, y, axis.name, points, bottom, top, numbers=column == 0)
    return "\n".join(parts + ["</svg>"]) + "\n"


def panel(x, y, name, points, bottom, top, numbers):
    left, right = decade(points[0][0], math.floor), decade(points[-1][0], math.ceil)

    def across(n):
        return x + PANEL * (math.log10(n) - left) / (right - left)

    def up(value):
        return y + HEIGHT - HEIGHT * (math.log10(value) - bottom) / (top - bottom)

    parts = []
    for power in range(bottom, top + 1):
        parts.append(line(x, up(10.0**power), x + PANEL, up(10.0**power), "#e3e3e3"))
        if numbers:
            parts.append(text(x - 6, up(10.0**power) + 4, number(power), anchor="end"))
    step = 2 if right - left > 4 else 1
    for power in range(left, right + 1, step):
        parts.append(line(across(10.0**power), y, across(10.0**power), y + HEIGHT, "#e3e3e3"))
        parts.append(text(across(10.0**power), y + HEIGHT + 16, number(power), anchor="middle"))
    parts.append(text(x + PANEL / 2, y + HEIGHT + 34, name, anchor="middle", weight="bold"))
    n, value = points[-1]
    # Where the proportional line leaves the panel, below or on the left.
    least = max(10.0**left, n * 10.0**bottom / value)
    parts.append(
        line(across(least), up(value * least / n), across(n), up(value), GREY, dashed=True))
    places = " ".join(f"{across(n):.1f},{up(value):.1f}" for n, value in points)
    parts.append(f'<polyline points="{places}" fill="none" stroke="{BLUE}" stroke-width="1.5"/>')
    parts += [f'<circle cx="{across(n):.1f}" cy="{up(value):.1f}" r="3.5" fill="{BLUE}"/>'
              for n, value in points]
    return parts


def decade(value, rounding):
    return int(rounding(math.log10(value)))


def number(power):
    """A power of ten as people read it."""
    if power < 0:
        return f"{10.0**power:g}"
    thousands = "kMG"[power // 3 - 1] if power > 3 else ""
    return f"{10 ** (power % 3)} {thousands}" if thousands else f"{10**power:,}"


def line(x1, y1, x2, y2, color, dashed=False):
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{color}"'
            f"{dash}/>")


def text(x, y, words, size=12, weight="normal", anchor="start", color=INK):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" '
            f'text-anchor="{anchor}" fill="{color}">{escape(words)}</text>')
