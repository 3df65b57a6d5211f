"""Live curves: one Streamlit component that draws with uPlot and asks the app's own `/api/curves` for what is new.

from dashboard.curves import CurveSeries, curves

curves([CurveSeries("first/sigmoid/train", "accuracy", "Sigmoid", "#0072B2")], key="accuracy", title="Accuracy",
       smoothing=0.6, axis="step", base_url=base_url())
"""

from dashboard.curves.component import CurveSeries, Move, Place, Seen, curves

__all__ = ["CurveSeries", "Move", "Place", "Seen", "curves"]
