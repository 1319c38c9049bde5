"""Simulation-based calibration: draw a truth, simulate tables, fit them, and rank the truth."""
