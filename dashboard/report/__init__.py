"""The report of an experiment: one HTML file that needs nothing else, to read, to print, or to show as slides."""

from dashboard.report.building import experiment_report, file_name
from dashboard.report.route import respond

__all__ = ["experiment_report", "file_name", "respond"]
