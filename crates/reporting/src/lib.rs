//! Views of a run: the fold over its events, and the terminal, plain and JSON surfaces.
