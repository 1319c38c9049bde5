"""Trust, earned: forecasts scored on what came after, inference checked where the truth is known."""
