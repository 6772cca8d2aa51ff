"""Where Beam jobs run: engines, their options, and what is checked before a job."""
