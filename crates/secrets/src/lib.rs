//! Secret values and the masking of every form in which they may reach a log.
