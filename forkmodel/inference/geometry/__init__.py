"""The coordinates in which the sampler moves: bent, scaled and stretched so that steps can be long."""
