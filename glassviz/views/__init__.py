"""Views: each turns arrays and a selection into one interactive picture, and knows no other view."""
