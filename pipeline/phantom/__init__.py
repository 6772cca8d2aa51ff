"""A synthetic echo data set in the real on-disk formats, for the quickstart, the tests and controlled studies."""

from pipeline.phantom.generate import generate
from pipeline.phantom.settings import DEFAULT_PATH, PhantomSettings, load_settings

__all__ = ["DEFAULT_PATH", "PhantomSettings", "generate", "load_settings"]
