//! `windlass runs`.
