"""Data -> Plotly figure; pure, no Streamlit. Pages state a figure's finding above it, in words."""
