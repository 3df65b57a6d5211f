from dashboard.own_images import class_table, file_list, found_line, left_out_line, pictures

FOUND = {
    "classes": [["cat", 800, 100, 100], ["小狗", 8, 1, 1]],
    "shape": [64, 64, 3],
    "decoded": True,
    "passed_over": 0,
}


def test_what_was_found_is_one_line():
    assert found_line(FOUND) == (
        "2 classes, 1,010 images: 808 to train, 101 to validate, 101 to test. Each becomes 64 × 64 pixels in colour."
    )
    line = found_line(FOUND | {"shape": [28, 20, 1], "decoded": False, "passed_over": 2})
    assert "28 × 20 pixels in grey" in line and "Only their heads were read" in line
    assert line.endswith("2 hidden files are passed over.")
    assert left_out_line(1_200) == "1,200 left out"


def test_names_that_people_chose_are_shown_letter_by_letter():
    hostile = "<img src=x onerror=alert(1)>"
    sheets = (
        file_list([[hostile, hostile]], 5),
        class_table([[hostile, 1, 2, 3]]),
        pictures([[hostile, "AAAA"]]),
    )
    for sheet in sheets:
        assert "<img src=x" not in sheet and "&lt;img src=x" in sheet
    assert "and 4 more" in sheets[0]
