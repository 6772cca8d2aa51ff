"""What happened in a run root, kept in ML Metadata."""
