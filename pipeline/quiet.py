"""Silencing what libraries say on import and nobody asked for; imports nothing heavy itself."""

import logging
import os


def be_quiet() -> None:
    """Call before TensorFlow and Beam are imported."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's notes about CUDA, also where there is no GPU
    logging.getLogger().setLevel(logging.ERROR)  # Beam's note about Google Cloud libraries
