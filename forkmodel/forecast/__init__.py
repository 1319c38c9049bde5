"""Worlds forward: from every posterior draw, quarter by quarter, to a horizon."""
