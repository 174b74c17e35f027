"""Preprocess images, train and evaluate small Keras networks, write a run folder for each."""
