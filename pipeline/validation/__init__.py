"""`labeldrop validate`: what a run would meet in its datasets, before any work."""
