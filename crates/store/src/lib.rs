//! What outlives a process: journal, history and logs, in one SQLite file and a folder of blobs.
