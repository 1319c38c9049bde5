"""Data: table schemas, the bundled snapshot, readers, vintages and the model-ready panel."""
