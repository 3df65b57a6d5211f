import shutil
import subprocess

import pytest

from dashboard import language

MSGFMT = shutil.which("msgfmt")
CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Start"
msgstr "Los"

msgid "{n} run"
msgid_plural "{n} runs"
msgstr[0] "{n} Lauf"
msgstr[1] "{n} Läufe"
"""


@pytest.fixture
def german(tmp_path, monkeypatch):
    if MSGFMT is None:
        pytest.fail("Install GNU gettext, which makes the catalogues: apt-get install gettext")
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "boardlab.po").write_text(CATALOGUE, encoding="utf-8")
    subprocess.run(
        [MSGFMT, f"--output={folder / 'boardlab.mo'}", str(folder / "boardlab.po")], check=True, timeout=30
    )
    return tmp_path


def test_a_sentence_without_translation_stays_english(monkeypatch):
    monkeypatch.setenv("BOARDLAB_LANGUAGE", "tlh")
    assert language._("Start") == "Start"


def test_the_catalogue_of_the_wanted_language_is_used_and_its_region_falls_back_to_it(german):
    assert language.translations("de", german).gettext("Start") == "Los"
    assert language.translations("de_AT", german).gettext("Start") == "Los"
    assert language.translations("de", german).gettext("Stop") == "Stop"
    assert language.translations("de", german).ngettext("{n} run", "{n} runs", 2) == "{n} Läufe"


@pytest.mark.parametrize(
    ("wanted", "used"),
    [("de", "de"), ("pt-BR", "pt_BR"), ("", "en"), ("../../etc", "en"), ("de/../..", "en"), ("d" * 99, "en")],
)
def test_a_language_never_leads_out_of_the_locale_folder(monkeypatch, wanted, used):
    monkeypatch.setenv("BOARDLAB_LANGUAGE", wanted)
    assert language.language() == used


def test_the_plural_form_fits_the_number(monkeypatch):
    monkeypatch.setenv("BOARDLAB_LANGUAGE", "en")
    assert [language.counted("{n} run", "{n} runs", n).format(n=n) for n in (1, 2)] == ["1 run", "2 runs"]
