"""A report as one HTML document: sections that read from top to bottom, print on paper, and stand alone as slides.

Everything that comes from people is text and escaped here. The only script is this module's own, which turns sections
into slides for an address that ends in `#slides`; the document's policy allows that script by its hash, and no other.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Sequence
from dataclasses import dataclass

Rows = Sequence[Sequence[str]]

_SCRIPT = """
(() => {
  const sections = [...document.querySelectorAll("main > section")]
  let shown = 0
  const draw = () => {
    const slides = location.hash.startsWith("#slides")
    const asked = parseInt(location.hash.replace("#slides-", ""), 10)
    if (asked >= 1 && asked <= sections.length) shown = asked - 1
    document.body.classList.toggle("slides", slides)
    sections.forEach((section, place) => section.classList.toggle("shown", place === shown))
  }
  const go = (by) => {
    shown = Math.min(Math.max(shown + by, 0), sections.length - 1)
    history.replaceState(null, "", "#slides-" + (shown + 1))
    draw()
  }
  addEventListener("hashchange", draw)
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !document.body.classList.contains("slides")) return
    if (["ArrowRight", "PageDown", " "].includes(event.key)) go(1)
    else if (["ArrowLeft", "PageUp"].includes(event.key)) go(-1)
    else if (event.key === "Escape") location.hash = ""
    else return
    event.preventDefault()
  })
  draw()
})()
"""

_STYLE = """
:root {--ground: #fff; --ink: #1b2430; --quiet: #5b6675; --line: #dbe1e9; --soft: #f4f6f9; --accent: #1f66ad}
@media (prefers-color-scheme: dark) {
  :root {--ground: #12161c; --ink: #e4e9f0; --quiet: #9aa6b5; --line: #2e3742; --soft: #1b212a; --accent: #5b9fe6}
}
* {box-sizing: border-box}
body {margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, "Noto Sans", sans-serif}
main {max-width: 1100px; margin: 0 auto; padding: 2rem 1.5rem 4rem}
section {padding: 1.2rem 0; border-bottom: 1px solid var(--line)}
h1 {font-size: 1.9rem; line-height: 1.25; margin: 0 0 .4rem; overflow-wrap: anywhere}
h2 {font-size: 1.3rem; margin: 0 0 .7rem}
h3 {font-size: 1rem; margin: 1rem 0 .4rem}
p {margin: .4rem 0; overflow-wrap: anywhere}
.verdict {font-size: 1.25rem; line-height: 1.4; font-weight: 600}
.quiet, footer {color: var(--quiet); font-size: .92em}
table {border-collapse: collapse; width: 100%; font-size: .92em; font-variant-numeric: tabular-nums}
th, td {padding: .35em .7em; text-align: left; vertical-align: top; overflow-wrap: break-word}
td:first-child {overflow-wrap: anywhere; min-width: 9rem}
th {border-bottom: 2px solid var(--line); font-weight: 600}
td {border-bottom: 1px solid var(--line)}
.scroll {overflow-x: auto}
i.dot {display: inline-block; width: .75em; height: .75em; border-radius: 50%; margin-right: .45em}
pre {background: var(--soft); padding: .7rem .9rem; border-radius: .4rem; overflow-x: auto;
  font: .85em/1.5 ui-monospace, "DejaVu Sans Mono", monospace; margin: .4rem 0}
.figures {display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 1.2rem}
.pictures {display: flex; flex-wrap: wrap; gap: 1rem}
figure {margin: 0}
figcaption {font-size: .9em; color: var(--quiet); margin-top: .2rem; overflow-wrap: anywhere; max-width: 30rem}
figure > b {font-size: .95em}
img {max-width: 100%; image-rendering: auto}
img.pixels {image-rendering: pixelated; width: 84px; height: 84px; object-fit: contain; background: #000}
.pictures .small figcaption {max-width: 84px; font-size: 12.5px; line-height: 1.25}
svg {width: 100%; height: auto; display: block}
svg path {fill: none; stroke-width: 1.6; stroke-linejoin: round; stroke-linecap: round}
svg .grid line {stroke: var(--line)}
svg .words text {fill: var(--quiet); font-size: 12px}
.legend {display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; margin: .2rem 0 .8rem; font-size: .92em}
.confusion td, .confusion th {text-align: right; padding: .2em .45em; border: 0; min-width: 0}
.confusion {width: auto}
a {color: var(--accent)}
body.slides {overflow: hidden; font-size: 26px}
body.slides svg .words text {font-size: 16px}
body.slides main {max-width: none; margin: 0; padding: 0}
body.slides section {display: none; height: 100vh; overflow: auto; padding: 3vh 4vw; border: 0}
body.slides section.shown {display: flex; flex-direction: column; justify-content: safe center}
body.slides h1 {font-size: 2.6rem} body.slides h2 {font-size: 1.8rem} body.slides .verdict {font-size: 1.9rem}
body.slides pre {white-space: pre-wrap; overflow-wrap: anywhere}
body.slides .reading, body.slides footer {display: none}
@page {margin: 14mm}
@media print {
  :root {--ground: #fff; --ink: #000; --quiet: #444; --line: #ccc; --soft: #f4f4f4; --accent: #000}
  body, body.slides {font-size: 10.5pt; overflow: visible}
  main {max-width: none; padding: 0}
  .figures {grid-template-columns: repeat(2, 1fr)}
  body.slides section, body.slides section.shown {display: block; height: auto; overflow: visible; padding: 1rem 0}
  figure, tr, pre, h2 {break-inside: avoid}
  h2, h3 {break-after: avoid}
  pre {white-space: pre-wrap; overflow-wrap: anywhere}
  .reading {display: none}
  .scroll {overflow: visible}
  * {print-color-adjust: exact; -webkit-print-color-adjust: exact}
}
"""


@dataclass(frozen=True)
class Section:
    """One part of a report: its heading as text, and its body as HTML that the functions here made."""

    heading: str
    body: str


def document(
    title: str, head: str, sections: Sequence[Section], *, language: str, reading: str, foot: str
) -> str:
    """The whole document; `head` is the first section's HTML, `reading` says how to show it, `foot` when it was."""
    parts = "".join(
        f"<section><h2>{html.escape(section.heading)}</h2>{section.body}</section>" for section in sections
    )
    return (
        f'<!doctype html>\n<html lang="{html.escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{html.escape(policy())}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f'<section><h1>{html.escape(title)}</h1>{head}<p class="quiet reading">{html.escape(reading)}</p></section>\n'
        f"{parts}\n<footer><p>{html.escape(foot)}</p></footer>\n</main>\n<script>{_SCRIPT}</script>\n</body>\n</html>\n"
    )


def policy() -> str:
    """What the document may load and run, as a Content-Security-Policy: its own styles and script, and nothing else."""
    return f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src '{script_hash()}'"


def script_hash() -> str:
    """The script's hash as a content security policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()


def paragraph(text: str, kind: str = "") -> str:
    """One paragraph of plain text; `kind` is one of this module's classes."""
    return f'<p class="{kind}">{html.escape(text)}</p>' if kind else f"<p>{html.escape(text)}</p>"


def heading(text: str) -> str:
    """A heading within a section."""
    return f"<h3>{html.escape(text)}</h3>"


def table(head: Sequence[str], rows: Rows, *, colours: Sequence[str] = (), kind: str = "") -> str:
    """A table of plain text; `colours` puts a dot before the first cell of each row."""
    heads = "".join(f"<th>{html.escape(cell)}</th>" for cell in head)
    body = "".join(
        "<tr>"
        + "".join(
            f"<td>{dot(colours[place]) if colours and not n else ''}{html.escape(cell)}</td>"
            for n, cell in enumerate(row)
        )
        + "</tr>"
        for place, row in enumerate(rows)
    )
    named = f' class="{kind}"' if kind else ""
    return f'<div class="scroll"><table{named}><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>'


def dot(colour: str) -> str:
    """A small disc in a run's colour."""
    return f'<i class="dot" style="background:{html.escape(colour)}"></i>'


def legend(names: Sequence[str], colours: Sequence[str]) -> str:
    """What each colour means."""
    parts = "".join(
        f"<span>{dot(colour)}{html.escape(name)}</span>" for name, colour in zip(names, colours, strict=True)
    )
    return f'<div class="legend">{parts}</div>'


def code(text: str) -> str:
    """Lines to be typed."""
    return f"<pre>{html.escape(text)}</pre>"


def drawing(svg: str, title: str) -> str:
    """One of our own drawings below its title."""
    return f"<figure><b>{html.escape(title)}</b>{svg}</figure>"


def picture(content: bytes, caption: str, *, mime: str = "image/png", small: bool = False) -> str:
    """A picture inside the file, with what it shows below."""
    address = data_address(content, mime)
    shown = ' class="pixels"' if small else ""
    named = ' class="small"' if small else ""
    words = html.escape(caption)
    return (
        f'<figure{named}><img{shown} src="{address}" alt="{words}"><figcaption>{words}</figcaption></figure>'
    )


def data_address(content: bytes, mime: str) -> str:
    """An address that holds a file itself."""
    return f"data:{mime};base64,{base64.b64encode(content).decode()}"


def side_by_side(figures: Sequence[str], kind: str) -> str:
    """Figures beside each other: kind "figures" for drawings, "pictures" for pictures in their own size."""
    return f'<div class="{kind}">{"".join(figures)}</div>'
