"""Preprocess images, train and evaluate small Keras networks, write one run folder for each."""
