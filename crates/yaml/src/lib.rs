//! YAML with spans: a tree built from parser events, each value knowing where it was written.
