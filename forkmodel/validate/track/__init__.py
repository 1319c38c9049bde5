"""A track record that grows: forecasts kept with their hashes, and their scores as outcomes come in."""
