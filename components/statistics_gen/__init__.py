"""StatisticsGen: examples → statistics."""
