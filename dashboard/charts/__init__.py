"""Altair charts: plain functions from numbers to a chart. Pages draw them with `st.altair_chart`."""
