//! `windlass graph`.
