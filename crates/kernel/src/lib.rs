//! The vocabulary every part shares: ids, nodes, commands, facts, events, and the process trait.
