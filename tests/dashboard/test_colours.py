"""The colours of runs: told apart by everyone, on both backgrounds."""

import itertools
import tomllib
from pathlib import Path

import numpy as np
import pytest

from dashboard.colours import PALETTE, run_colour
from trainers.runs import About

CONFIG = Path(__file__).parents[2] / ".streamlit" / "config.toml"
STREAMLITS_OWN = {"light": "#ffffff", "dark": "#0e1117"}

# Severity 1.0 of Machado et al. (2009), "A Physiologically-based Model for Simulation of Color Vision Deficiency".
SEEN_WITH = {
    "full colour vision": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}


def _linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def _contrast(one: str, other: str) -> float:
    dark, light = sorted(float(_linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def _oklab(linear: np.ndarray) -> np.ndarray:
    """Ottosson (2020): distances in this space follow what people see; 0.02 is about the least that can be noticed."""
    cones = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    ) @ np.clip(linear, 0, None)
    return np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    ) @ np.cbrt(cones)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_stands_out_from_the_background(theme):
    themes = tomllib.loads(CONFIG.read_text()).get("theme", {})
    background = themes.get(theme, {}).get("backgroundColor", STREAMLITS_OWN[theme])
    assert min(_contrast(colour, background) for colour in PALETTE) >= 3


@pytest.mark.parametrize("eye", SEEN_WITH)
def test_any_two_colours_are_told_apart(eye):
    seen = [_oklab(SEEN_WITH[eye] @ _linear(colour)) for colour in PALETTE]
    assert min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(seen, 2)) >= 0.07


def test_a_run_keeps_the_colour_it_was_given():
    assert [run_colour(About(colour=number), f"e/{number}") for number in range(8)] == list(PALETTE)


def test_a_run_without_a_colour_always_gets_the_same_one():
    assert run_colour(About(), "first/softmax") == run_colour(About(notes="other"), "first/softmax")
    assert len({run_colour(About(), f"e/{number}") for number in range(100)}) == len(PALETTE)
