//! `windlass list`.
