"""A synthetic echo data set in the real on-disk formats, for the quickstart, the tests and controlled studies."""


