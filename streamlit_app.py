"""BoardLab's entry point: `streamlit run streamlit_app.py` imports it for its `app`, and runs it for every visitor.

Imported by a server, it gives the ASGI app: the pages, TensorBoard and our routes behind one door on one port.
Run by Streamlit (or by AppTest), it is the page script.
"""

from __future__ import annotations

import streamlit as st

if st.runtime.exists():
    from dashboard.navigation import show_pages

    show_pages()
else:
    # Under a bare uvicorn it is the first App that tells Streamlit where its config.toml lies, and our routes need it.
    st.App(__file__)
    from dashboard.serving.application import lifespan, middleware, routes

    app = st.App(__file__, routes=routes, middleware=middleware, lifespan=lifespan)
