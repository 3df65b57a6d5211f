"""Paintings of our own, drawn by formulas: examples of styles that need no internet and no licence.

Each module is one manner of painting and has one function, `paint(seed, size)`, that gives a square picture uint8
[size, size, 3], the same for the same seed. `noise`, `pigment` and `brush` are what they paint with; `catalogue` names
them, and `gallery` lays them down as files.
"""
