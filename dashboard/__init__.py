"""The pages that show runs. Only this package knows Streamlit."""

from pathlib import Path

APP = Path(__file__).with_name("app.py")
