//! `windlass reference`.
