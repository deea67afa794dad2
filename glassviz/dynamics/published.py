"""Relaxation times as published, to stand beside one's own."""

PUBLISHED = {"KA2D": ((0.40, 1.7e3), (0.30, 3.4e4), (0.23, 4.0e6))}
"""System -> (T, tau_alpha^BB): mean C_B of type 1 is 0.5. Source: Jung, Biroli, Berthier, PRL 130, 238202 (2023)."""
SOURCE = "Jung et al., PRL 130, 238202"
