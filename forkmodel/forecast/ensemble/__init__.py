"""Worlds weighted towards what simple forecasts say of the next four quarters, each world kept whole."""
