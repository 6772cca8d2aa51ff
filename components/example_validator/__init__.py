"""ExampleValidator: statistics → anomalies."""
