//! Where commands run: the host, and a fake for tests; processes, signals, workspaces.
