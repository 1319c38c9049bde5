"""The joint model, one file per block."""
