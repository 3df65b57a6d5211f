"""The questions of the Runs page: name and note, tags, and whether to delete.

Which question is open is kept in the session, so that it stays open while the page behind it is drawn anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pydantic
import streamlit as st

from dashboard.deleting import delete_runs
from dashboard.language import _, counted
from dashboard.plain_text import escape_markdown, shorten
from dashboard.run_choice import choose, chosen_keys
from dashboard.run_problems import tell
from dashboard.run_table import RunRow
from dashboard.services import Services
from trainers.runs import About, Run, RunError, change_about
from trainers.runs.trash import Trashed

_OPEN = "open_dialog"
_DELETED = "runs_deleted"
_LONGEST_TITLE = 200
_LONGEST_NOTE = 20_000
_MOST_NAMES = 8
_MOST_TAGS = 30


def ask(question: str) -> None:
    """Opens a question ("edit", "tags", "delete", "empty trash") at the next run of the page."""
    st.session_state[_OPEN] = question


def close() -> None:
    """Closes whatever question is open."""
    st.session_state.pop(_OPEN, None)


def draw_dialog(question: str, title: str, form: Callable[[], None]) -> None:
    """Draws the question if it is the one that is open."""
    if st.session_state.get(_OPEN) == question:
        st.dialog(title, on_dismiss=close)(form)()


def just_deleted() -> tuple[Trashed, ...]:
    """What this person deleted last and has neither brought back nor agreed to."""
    deleted: tuple[Trashed, ...] = st.session_state.get(_DELETED, ())
    return deleted


def forget_deleted() -> None:
    """Agrees to what was deleted last."""
    st.session_state.pop(_DELETED, None)


def change(run: Run, **changes: object) -> About:
    """Changes what is said about a run that still exists; raises RunError."""
    if not run.path.is_dir():
        raise RunError(_("{run} is already gone.").format(run=run.key))
    return change_about(run.path / "about.json", **changes)


def edit_form(started: Services, row: RunRow) -> None:
    """Asks for a name and a note; the folder keeps its name, so links stay good."""
    with st.form("edit_run", border=False):
        title = st.text_input(
            _("Name"),
            value="" if row.name == row.run.name else row.name,
            placeholder=row.run.name,
            max_chars=_LONGEST_TITLE,
            help=_("How the run is called in tables and charts. Its folder keeps its name."),
        )
        notes = st.text_area(_("Note"), value=row.notes, max_chars=_LONGEST_NOTE, height=160)
        saved = st.form_submit_button(_("Save"), type="primary")
    if not saved:
        return
    try:
        change(row.run, title=" ".join(title.split()), notes=notes.strip())
    except (RunError, pydantic.ValidationError) as error:
        st.error(escape_markdown(error))
        return
    close()
    started.look_again()
    st.rerun()


def tags_form(started: Services, rows: Sequence[RunRow]) -> None:
    """Asks for the tags that all these runs shall have; those that only some of them have stay as they are."""
    shared = shared_tags([row.tags for row in rows])
    known = sorted({tag for view in started.runs() for tag in view.about.tags} | set(shared))
    with st.form("tag_runs", border=False):
        chosen = st.multiselect(
            _("Tags"),
            known,
            default=shared,
            accept_new_options=True,
            max_selections=_MOST_TAGS,
            placeholder=_("Choose a tag, or type a new one"),
            help=_("Words to find runs by, as baseline or for-the-talk."),
        )
        saved = st.form_submit_button(_("Save"), type="primary")
    if not saved:
        return
    tidy = tuple(dict.fromkeys(" ".join(tag.split()) for tag in chosen if tag.strip()))
    try:
        for row in rows:
            change(row.run, tags=tags_after(row.tags, shared, tidy))
    except RunError as error:
        st.error(escape_markdown(error))
        return
    except pydantic.ValidationError:
        st.error(_("A tag has at most 60 characters, and a run at most 30 tags: leave some out."))
        return
    close()
    started.look_again()
    st.rerun()


def shared_tags(tags: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The tags that all of several runs have, in the order of the first."""
    return tuple(tag for tag in tags[0] if all(tag in others for others in tags))


def tags_after(own: Sequence[str], shared: Sequence[str], chosen: Sequence[str]) -> tuple[str, ...]:
    """A run's tags once people chose those that all the runs shall share: what was not asked about stays."""
    kept = [tag for tag in own if tag not in shared or tag in chosen]
    return (*kept, *(tag for tag in chosen if tag not in kept))


def delete_form(started: Services, rows: Sequence[RunRow]) -> None:
    """Asks, stops those that go on, and moves all to the trash."""
    for row in rows[:_MOST_NAMES]:
        st.text(shorten(row.key))
    if len(rows) > _MOST_NAMES:
        st.text(_("and {n} more").format(n=len(rows) - _MOST_NAMES))
    going_on = sum(row.goes_on for row in rows)
    if going_on:
        sentence = counted(
            "{n} run is not finished: it is stopped first.",
            "{n} runs are not finished: they are stopped first.",
            going_on,
        )
        st.warning(sentence.format(n=going_on))
    st.caption(_("The trash keeps everything: a run comes back exactly as it was."))
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(_("Keep")):
            close()
            st.rerun()
        confirmed = st.button(_("Move to the trash"), type="primary", icon=":material/delete:")
    if confirmed:
        _delete(started, rows)


def _delete(started: Services, rows: Sequence[RunRow]) -> None:
    line = st.empty()
    deleted = delete_runs([row.run for row in rows], cancel=started.cancel, on_step=line.text)
    gone = {trashed.key for trashed in deleted.trashed}
    choose([key for key in chosen_keys() if key not in gone])
    st.session_state[_DELETED] = deleted.trashed
    tell(deleted.problems)
    close()
    started.look_again()
    st.rerun()
