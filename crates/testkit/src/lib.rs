//! Stand-ins for tests: virtual clock, in-memory journal, scripted performers, workspace builder.
