"""Forecasts scored on what came after: the backtest, its baselines and the retrospective forecast."""
