"""Live: a small liquid that runs while it is watched, and the threads that run the liquids of all visitors."""
