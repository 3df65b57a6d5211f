"""Presenting: any page as a slide (`?present=1`), and the saved list of views that the arrow keys walk.

The list lies beside the log folder (`views.json` in `trainers.runs.state_folder`), so everyone who opens this lab
walks the same one. A view is an address inside the app: a page's path and its query, never another host.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl, urlencode, urlsplit

import pydantic

from dashboard.language import _
from trainers.runs import (
    DamagedFile,
    RunIsBusy,
    locked,
    read_json,
    state_folder,
    storage_failed,
    write_json,
)

LONGEST_LIST = 100
_LOCK_SECONDS = 5
OWN_PARAMETERS = ("present", "view")


class InvalidView(ValueError):
    """An address that cannot be a view; its text is one sentence for a person."""


class View(pydantic.BaseModel):
    """One saved view: `page` is the page's path ("" for the first page), `query` what follows the "?"."""

    model_config = pydantic.ConfigDict(frozen=True, extra="ignore")

    title: str = pydantic.Field(min_length=1, max_length=120)
    page: str = pydantic.Field("", pattern=r"^[A-Za-z0-9_-]{0,60}$")
    query: str = pydantic.Field("", max_length=4_000)

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The query's parts in order; a name may come more than once (`run=a/b&run=a/c`)."""
        return parse_qsl(self.query, keep_blank_values=True)

    def address(self, position: int | None = None) -> str:
        """The address relative to the app's own; with a position in the list it opens as a slide."""
        parameters = list(self.parameters)
        if position is not None:
            parameters += [("present", "1"), ("view", str(position + 1))]
        return self.page + (f"?{urlencode(parameters)}" if parameters else "")


_Views = pydantic.TypeAdapter(Annotated[list[View], pydantic.Field(max_length=LONGEST_LIST)])


def views_file(logdir: Path) -> Path:
    """Where the list of a log folder lies; raises StorageFailed."""
    return state_folder(logdir) / "views.json"


def read_views(path: Path) -> list[View]:
    """The saved views in order, none where nothing was saved; raises DamagedFile for a file that is no list."""
    try:
        return _Views.validate_python(read_json(path))
    except FileNotFoundError:
        return []
    except pydantic.ValidationError as error:
        raise DamagedFile(_("views.json is damaged: it does not hold a list of views.")) from error


def change_views(path: Path, change: Callable[[list[View]], list[View]]) -> list[View]:
    """Replaces the list by what `change` makes of it, one writer at a time.

    A damaged list is set aside as `views.json.damaged` and a new one begun: nothing is lost silently.
    Raises RunIsBusy or StorageFailed, and InvalidView where the list would become too long.
    """
    busy = RunIsBusy(_("Somebody else is changing the list of views: try again."))
    with locked(path.with_name(".views.lock"), busy, wait_seconds=_LOCK_SECONDS):
        try:
            views = read_views(path)
        except DamagedFile:
            _set_aside(path)
            views = []
        views = _checked(change(views))
        write_json(path, [view.model_dump() for view in views])
    return views


def _set_aside(path: Path) -> None:
    try:
        path.replace(path.with_name("views.json.damaged"))
    except OSError as error:
        raise storage_failed(path, error) from error


def _checked(views: list[View]) -> list[View]:
    if len(views) > LONGEST_LIST:
        raise InvalidView(_("The list is full: remove a view before you add another."))
    return views


def view_of(title: str, address: str, *, base_path: str = "") -> View:
    """The view that an address shows; it may be whole, as copied from the browser. Raises InvalidView."""
    path = urlsplit(address.strip()).path
    if base_path.strip("/"):
        path = re.sub(rf"^/?{re.escape(base_path.strip('/'))}(/|$)", "", path)
    query = [pair for pair in parse_qsl(urlsplit(address.strip()).query) if pair[0] not in OWN_PARAMETERS]
    try:
        return View(title=title.strip(), page=path.strip("/"), query=urlencode(query))
    except pydantic.ValidationError as error:
        raise InvalidView(_view_sentence(error)) from error


def _view_sentence(error: pydantic.ValidationError) -> str:
    match error.errors()[0]["loc"][0]:
        case "title":
            return _("The view needs a title of at most 120 characters.")
        case "page":
            return _("This is not an address of this lab: copy one from the browser's address bar.")
        case _other:
            return _("The address is too long: choose fewer runs.")


def moved(views: list[View], position: int, by: int) -> list[View]:
    """The list with one view moved up (-1) or down (+1); unchanged at the ends."""
    goal = position + by
    if not (0 <= position < len(views) and 0 <= goal < len(views)):
        return views
    reordered = list(views)
    reordered.insert(goal, reordered.pop(position))
    return reordered


def removed(views: list[View], view: View) -> list[View]:
    """The list without the first view equal to this one; unchanged when somebody else removed it already."""
    if view not in views:
        return views
    position = views.index(view)
    return views[:position] + views[position + 1 :]
