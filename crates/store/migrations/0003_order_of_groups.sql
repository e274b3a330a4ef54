-- Who comes next in a group, where that is not whoever came first: see LockOrder of the kernel.
-- The state `upcoming` joins the others: a turn that will be wanted later.
ALTER TABLE group_locks ADD COLUMN turn_order TEXT NOT NULL DEFAULT 'first-come';
ALTER TABLE group_locks ADD COLUMN part INTEGER NOT NULL DEFAULT 0;
