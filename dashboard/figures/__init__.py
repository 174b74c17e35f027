"""Data -> Plotly figure; pure, no Streamlit. What a figure finds is said above it, in words."""
