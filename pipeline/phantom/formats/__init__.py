"""The phantom in every on-disk format that a reader knows."""
