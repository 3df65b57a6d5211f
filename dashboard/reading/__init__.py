"""Curves of all runs, read from TensorBoard's own data server: one process, one thread, every session."""

from dashboard.reading.data_server import DataServer, DataServerStatus
from dashboard.reading.ends import CurveEnds, Ends
from dashboard.reading.reader import Reader
from dashboard.reading.series import Series

__all__ = ["CurveEnds", "DataServer", "DataServerStatus", "Ends", "Reader", "Series"]
