"""Own images in the form: an upload beside the path, and what was found before anything starts.

The helper process looks into folders and archives; what comes from people is escaped here.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard.language import _, counted
from dashboard.plain_text import escape_markdown, shorten
from dashboard.previews import OF_OWN_IMAGES, Answer, about, draw_soon
from dashboard.services import Services
from dashboard.spec_form import fill_form
from dashboard.upload_place import draw_upload
from dashboard.uploads import IMAGES
from trainers.specs import ClassifySpec, Spec

_STYLE = """
<style>
.boardlab-own {margin:0 0 .3rem; font-size:.875rem; line-height:1.4}
.boardlab-own .pictures {display:grid; grid-template-columns:repeat(4, 1fr); gap:6px; margin-bottom:.3rem}
.boardlab-own figure {margin:0; min-width:0}
.boardlab-own img {display:block; width:100%; aspect-ratio:1; object-fit:contain; border-radius:4px;
  image-rendering:pixelated; box-shadow:0 0 0 1px rgba(128,128,128,.28)}
.boardlab-own figcaption {overflow:hidden; text-overflow:ellipsis; white-space:nowrap; font-size:.75rem}
.boardlab-own .scrolled {max-height:15rem; overflow:auto}
.boardlab-own table {width:100%; border-collapse:collapse}
.boardlab-own td, .boardlab-own th {padding:.1rem .3rem; text-align:right; font-weight:400}
.boardlab-own th {opacity:.7; white-space:nowrap}
.boardlab-own td:first-child, .boardlab-own th:first-child {text-align:left; overflow-wrap:anywhere}
.boardlab-own ul {margin:0; padding-left:1.1em}
.boardlab-own li, .boardlab-own td, .boardlab-own th {font-size:.875rem}
.boardlab-own li {overflow-wrap:anywhere; margin-bottom:.25rem}
</style>
"""


def draw_own_images(started: Services, spec: Spec | None) -> None:
    """Draws the upload and, where a spec names images, what is in them."""
    draw_upload(
        started,
        IMAGES,
        "own_images",
        _("Or upload a .zip or .npz"),
        _(
            "A .zip with a folder of images for each class, or an .npz with the arrays x (images) and y (classes). "
            "Larger data: type the path of a folder on the lab's machine above."
        ),
        lambda path: fill_form("classify", {"dataset": "own", "data_path": path}),
    )
    if isinstance(spec, ClassifySpec) and spec.data_path is not None:
        draw_soon(started.inspector, "own_images", about(spec, OF_OWN_IMAGES), _draw_found)


def _draw_found(_spec: ClassifySpec, answer: Answer) -> None:
    st.caption(escape_markdown(found_line(answer)))
    st.html(pictures(answer["examples"]))
    refused = answer["refused_count"]
    if refused:
        label = ":orange[" + escape_markdown(left_out_line(refused)) + "]"
        with st.expander(label, key="own_left_out", type="compact"):
            st.html(file_list(answer["refused"], refused))
    with st.expander(_("Classes"), key="own_classes", type="compact"):
        st.html(class_table(answer["classes"]))


def found_line(answer: Mapping[str, Any]) -> str:
    """What was found, in plain text: "3 classes, 60 images: 48 to train, 6 to validate, 6 to test. …"."""
    classes = answer["classes"]
    train, validation, test = (sum(row[place] for row in classes) for place in (1, 2, 3))
    height, width, channels = answer["shape"]
    sentences = [
        _(
            "{classes} classes, {images} images: {train} to train, {validation} to validate, {test} to test."
        ).format(
            classes=f"{len(classes):,}",
            images=f"{train + validation + test:,}",
            train=f"{train:,}",
            validation=f"{validation:,}",
            test=f"{test:,}",
        ),
        (
            _("Each becomes {height} × {width} pixels in colour.")
            if channels == 3
            else _("Each becomes {height} × {width} pixels in grey.")
        ).format(height=height, width=width),
    ]
    if not answer["decoded"]:
        sentences.append(
            _("Only their heads were read so far: damaged ones are found when the training begins.")
        )
    if answer["passed_over"]:
        hidden = counted(
            "{n} hidden file is passed over.", "{n} hidden files are passed over.", answer["passed_over"]
        )
        sentences.append(hidden.format(n=f"{answer['passed_over']:,}"))
    return " ".join(sentences)


def left_out_line(count: int) -> str:
    """How much is left out: files, or rows of an array."""
    return _("{n} left out").format(n=f"{count:,}")


def file_list(files: Sequence[Sequence[str]], count: int) -> str:
    """HTML that lists files by name and reason, and says how many more there are."""
    items = "".join(f"<li><b>{html.escape(name)}</b> {html.escape(reason)}</li>" for name, reason in files)
    more = count - len(files)
    if more > 0:
        items += f"<li>{html.escape(_('and {n} more').format(n=f'{more:,}'))}</li>"
    return _sheet(f"<ul>{items}</ul>", "scrolled")


def class_table(classes: Sequence[Sequence[Any]]) -> str:
    """HTML with a row for each class: its name and how many images train, validate and test."""
    heads = "".join(
        f"<th>{html.escape(word)}</th>" for word in (_("Class"), _("train"), _("validate"), _("test"))
    )
    rows = "".join(
        f"<tr><td>{html.escape(str(name))}</td>"
        + "".join(f"<td>{int(count):,}</td>" for count in counts)
        + "</tr>"
        for name, *counts in classes
    )
    return _sheet(f"<table><tr>{heads}</tr>{rows}</table>", "scrolled")


def pictures(examples: Sequence[Sequence[str]]) -> str:
    """HTML with a few images, each a PNG in base64, above the names of their classes."""
    figures = "".join(
        f'<figure title="{html.escape(name)}"><img alt="{html.escape(name)}" '
        f'src="data:image/png;base64,{html.escape(png)}">'
        f"<figcaption>{html.escape(shorten(name, 30))}</figcaption></figure>"
        for name, png in examples
    )
    return _sheet(figures, "pictures")


def _sheet(content: str, kind: str) -> str:
    return f'{_STYLE}<div class="boardlab-own"><div class="{kind}">{content}</div></div>'
