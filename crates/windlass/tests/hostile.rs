//! Bad input, bad luck and bad manners: each is answered clearly and leaves nothing behind.

mod workflows;
