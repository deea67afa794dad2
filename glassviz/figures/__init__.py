"""Publication figures: arrays in, Matplotlib out. Each file draws one kind of picture, in the one style of `style`."""
