"""Places: reading, naming, measuring. Knows neither SQL nor Flask."""
