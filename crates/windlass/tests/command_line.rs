//! What every word of the command line does, one topic a file.

mod choosing;
