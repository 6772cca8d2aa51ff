"""Apache Flink: its home, a cluster on this machine, its REST interface, and Beam's job server for it."""
