"""From posterior draws to the labelled quantities that callers rely on."""
