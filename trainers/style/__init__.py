"""Painting a photo in the style of paintings, with a network that was trained to name what photos show.

Gatys, Ecker, Bethge (2015), A neural algorithm of artistic style, arXiv:1508.06576. The parts, in the order in which
they build on each other:

    pictures    files of people as pixels, and pixels as files
    inputs      the pictures that a spec names, and whether they can be painted: `colours`, `memory`
    weights     the network's numbers: where they come from, checked, in one format; `weight_files` reads others'
    preview     about how the painting will look, from a network that paints in one go
    network     what its layers see in a picture; `winograd` is a quick way to find out
    objective   how far a picture is from its photo and its paintings, and in which direction it should change
    tiles       the same for pictures too large for the memory
    descent     how a picture follows that direction: L-BFGS within the range of colours, or Adam; `spectrum` helps
    canvas      the picture on its way, from coarse to fine: `scales`
    stylize     the task: a painting as the one loop of all trainings drives it, with its `frames`
    delivery    what a command line says of the result

and, beside them, `paintings`: pictures of our own to take styles from.
"""
