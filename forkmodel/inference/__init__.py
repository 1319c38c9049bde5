"""Compile, sample, diagnose, save and load."""
