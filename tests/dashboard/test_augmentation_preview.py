import re

from dashboard.augmentation_preview import variants_sheet


def test_each_original_leads_the_row_of_its_versions():
    sheet = variants_sheet(["AAAA", "BBBB"], [["aaa1", "aaa2"], ["bbb1", "bbb2"]])
    pictures = re.findall(r'<img class="(\w*)" alt="[^"]+" src="data:image/png;base64,(\w+)">', sheet)
    assert pictures == [
        ("original", "AAAA"),
        ("", "aaa1"),
        ("", "aaa2"),
        ("original", "BBBB"),
        ("", "bbb1"),
        ("", "bbb2"),
    ]
    assert "repeat(3, 1fr)" in sheet


def test_nothing_of_an_answer_is_read_as_markup():
    sheet = variants_sheet(['"><script>alert(1)</script>'], [[]])
    assert "<script" not in sheet


def test_only_strokes_on_black_are_turned_into_ink_on_paper():
    assert 'class="boardlab-augmented on-black"' in variants_sheet(["AAAA"], [[]])
    assert 'class="boardlab-augmented"' in variants_sheet(["AAAA"], [[]], on_black=False)
