"""Pages: views and controls for one question each."""
