import type { FindingKind, Lock } from '../types.ts';

export interface Rule {
  readonly kind: FindingKind;
  readonly why: string;
  readonly lock: Lock | null;
  readonly rewrite: boolean;
  readonly safeWay: string;
}

const expand = 'Expand, then contract: stop using it in one release, deploy that, and take it away in a migration of the next.';
const EXCLUSIVE = 'AccessExclusiveLock';

/**
 * What each rule says where nothing of the case changes it. SQLSTATE, lock and rewrite are what PostgreSQL 18 did (`tests/rules.integration.test.ts` runs each shape).
 * A rule may be added, never renamed: comments of the shop name it.
 */
export const RULES = {
  'column-dropped': rule('breaks-old-code', EXCLUSIVE, 'The running release names this column in every SELECT, INSERT and UPDATE of its entity: PostgreSQL answers 42703 from the moment this commits.', expand),
  'column-renamed': rule('breaks-old-code', EXCLUSIVE, 'The running release still uses the old name: PostgreSQL answers 42703 from the moment this commits.', 'Add the new column, write both in one release, copy the rows, read the new one in the next release, and drop the old one after that.'),
  'column-recreated': rule('breaks-old-code', EXCLUSIVE, 'The column is dropped and added again: the statements of the running release still work, but what stood in the column is lost. TypeORM writes this for a change of type or length.', 'Write ALTER COLUMN … TYPE … USING by hand, or expand and contract with a new column.'),
  'table-dropped': rule('breaks-old-code', EXCLUSIVE, 'The running release still uses this table: PostgreSQL answers 42P01 from the moment this commits.', expand),
  'table-renamed': rule('breaks-old-code', EXCLUSIVE, 'The running release still uses the old name: PostgreSQL answers 42P01 from the moment this commits.', 'Leave a view with the old name for the running release, or expand and contract with a new table.'),
  'table-replaced': rule('may-break', EXCLUSIVE, 'Another table takes the name that the running release uses: it reads and writes other rows from the moment this commits.', 'Expand and contract with a table of a new name.'),
  'view-dropped': rule('breaks-old-code', EXCLUSIVE, 'The running release still reads this view: PostgreSQL answers 42P01 from the moment this commits.', expand),
  'view-replaced': rule('may-break', EXCLUSIVE, 'The view is dropped and made again: a column that it no longer has answers 42703 to the running release.', 'Keep every column of the old view; add new ones at the end with CREATE OR REPLACE VIEW.'),
  'schema-dropped': rule('breaks-old-code', EXCLUSIVE, 'Everything that the running release uses in this schema is gone when this commits: PostgreSQL answers 42P01.', 'Never in a deploy: drop it by hand when no release uses it any more.'),
  'schema-renamed': rule('breaks-old-code', null, 'The running release still uses the old name of the schema: PostgreSQL answers 42P01 or 3F000 from the moment this commits.', 'Never in a deploy: make the new schema, move what is in it by expand and contract.'),
  'database-dropped': rule('breaks-old-code', null, 'The database is gone when this has run.', 'Never in a deploy.'),
  'not-null-set': rule('breaks-old-code', EXCLUSIVE, 'The running release may write NULL here: PostgreSQL answers 23502. The whole table is read while the lock is held.', 'Let one release always write a value and fill the old rows; in the next, ADD CONSTRAINT … CHECK (… IS NOT NULL) NOT VALID, VALIDATE CONSTRAINT, then SET NOT NULL.'),
  'required-column-added': rule('breaks-old-code', EXCLUSIVE, 'The column is new, has no default in the end and must not be NULL: every INSERT of the running release answers 23502.', 'Keep a DEFAULT (or leave it nullable) until no release that does not know it runs; drop the default in the contract deploy.'),
  'required-by-check': rule('breaks-old-code', EXCLUSIVE, 'A CHECK asks for a value in a new column that has none by itself: every INSERT and UPDATE of the running release answers 23514, with NOT VALID as well.', 'Add the CHECK one deploy later, when every running release writes the column.'),
  'default-dropped': rule('breaks-old-code', EXCLUSIVE, 'The running release relies on the default (TypeORM sends DEFAULT for a value that is not set), and the column must not be NULL: PostgreSQL answers 23502.', 'Drop the default in the contract deploy, when every running release writes the column.'),
  'enum-label-removed': rule('breaks-old-code', EXCLUSIVE, 'The running release still reads and writes a label that is gone: PostgreSQL answers 22P02.', 'Only add labels (ALTER TYPE … ADD VALUE); take one away when no release and no row uses it.', true),
  'enum-rebuilt': rule('rewrite', EXCLUSIVE, 'The enum is made anew with further labels: no statement of the running release breaks, but the table is written anew under a lock that stops its reads and writes. A new label may reach readers that do not know it.', 'ALTER TYPE … ADD VALUE adds a label without a lock on the table and without writing it anew.', true),
  'enum-label-renamed': rule('breaks-old-code', null, 'The running release still uses the old label: PostgreSQL answers 22P02.', 'Add the new label, write it in the next release, change the rows after that.'),
  'enum-label-added': rule('information', null, 'A new label may reach readers of the running release that do not know it (an error of the GraphQL enum).', 'Let a release know the label before one writes it.'),
  'enum-label-used-early': rule('breaks-old-code', null, 'A label that was added in the same transaction cannot be used yet: the migration fails with 55P04, and so does the deploy. The running release goes on.', 'Add the label in a migration of its own (transaction mode "each").'),
  'type-changed': rule('may-break', EXCLUSIVE, 'The column changes its type: the table is written anew under a lock that stops reads and writes, and what the running release writes may no longer fit (22001, 22003, 22P02).', 'Add a column of the new type, write both, copy in batches, and drop the old one a deploy later.', true),
  'time-zone-changed': rule('may-break', EXCLUSIVE, 'Between timestamp and timestamptz every value is read in the time zone of the session: only in UTC is the table not written anew, and the running release may see other times.', 'SET LOCAL timezone TO \'UTC\' before it, and make sure that the application reads the values as it did.'),
  'index-not-concurrent': rule('locks', 'ShareLock', 'No row of the table can be written until the index is built: the writes of the running release wait.', 'CREATE INDEX CONCURRENTLY, in a migration with `transaction = false` (an instance property).'),
  'unique-added': rule('may-break', 'ShareLock', 'The running release may write duplicates: PostgreSQL answers 23505. Writes wait until the index is built.', 'Make sure that no release writes duplicates; CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … UNIQUE USING INDEX.'),
  'foreign-key-added': rule('may-break', 'ShareRowExclusiveLock', 'The running release may write rows without a parent: PostgreSQL answers 23503. Writes to both tables wait.', 'ADD CONSTRAINT … NOT VALID, then VALIDATE CONSTRAINT in a migration of its own; both when no release writes such rows.'),
  'child-blocks-delete': rule('may-break', 'ShareRowExclusiveLock', 'When the running release deletes a row of the old table to which the new one already refers, PostgreSQL answers 23503.', 'ON DELETE CASCADE or SET NULL, at least until the old release is gone.'),
  'check-added': rule('may-break', EXCLUSIVE, 'The running release may write rows that the new rule refuses: PostgreSQL answers 23514 (23P01 for an exclusion constraint).', 'Make sure that no release writes such rows; ADD CONSTRAINT … NOT VALID, then VALIDATE CONSTRAINT.'),
  'unique-dropped': rule('may-break', EXCLUSIVE, 'An INSERT … ON CONFLICT of the running release (TypeORM\'s upsert) needs it: PostgreSQL answers 42P10. Duplicates can be written.', 'Drop it in the contract deploy.'),
  'not-null-dropped': rule('may-break', EXCLUSIVE, 'The running release may read a NULL where it has never met one.', 'Let a release that bears NULL run first.'),
  'column-rewrites': rule('rewrite', EXCLUSIVE, 'The new column has another value in each row: the table is written anew under a lock that stops reads and writes.', 'Add it nullable and without a default, set the default, then fill the old rows in batches.', true),
  'rows-deleted': rule('breaks-old-code', EXCLUSIVE, 'All rows that the running release uses are gone when this commits.', 'Delete what is no longer used after the deploy, in batches, with a WHERE.'),
  'rows-changed': rule('information', 'RowExclusiveLock', 'Rows of the running release are changed: they are locked until this commits, and may mean something else to it.', 'Change rows in batches outside the deploy.'),
  'trigger-changed': rule('may-break', 'ShareRowExclusiveLock', 'The writes of the running release run other code from the moment this commits.', 'Make sure that the trigger, rule or policy bears what the running release writes.'),
  'row-security': rule('may-break', EXCLUSIVE, 'The running release sees only the rows that a policy allows it, and may write only those: PostgreSQL answers 42501.', 'Add the policies first, and see that the role of the running release has one.'),
  'privilege-revoked': rule('breaks-old-code', null, 'The running release loses the right that it uses: PostgreSQL answers 42501.', 'Revoke it when no release uses it any more.'),
  'function-dropped': rule('may-break', null, 'What of the running release calls the function gets 42883.', expand),
  'concurrently-in-transaction': rule('breaks-old-code', null, 'CONCURRENTLY does not run inside a transaction, and TypeORM opens one: the migration fails with 25001, and so does the deploy. The running release goes on.', 'Set `public transaction = false` on the migration (an instance property; TypeORM does not read a static one), with transaction mode "each" or "none".'),
  'no-lock-timeout': rule('information', EXCLUSIVE, 'Behind a long query, the lock waits, and every query of the running release waits behind it.', "SET LOCAL lock_timeout = '5s' first; a migration that fails by it is run again."),
  unresolved: rule('unresolved', null, 'What it does to the running release is not known.', 'Look at it by hand; when it is harmless, say so: // preflight-allow unresolved <name>: <reason>'),
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleId = keyof typeof RULES;

export function isRule(text: string): text is RuleId {
  return Object.hasOwn(RULES, text);
}

function rule(kind: FindingKind, lock: Lock | null, why: string, safeWay: string, rewrite = false): Rule {
  return { kind, why, lock, rewrite, safeWay };
}

/** Belongs below every list that has a finding of kind breaks-old-code. */
export const CANARY_IS_NO_CURE =
  'Another strategy of the deploy is no cure: with canary, bluegreen and rolling alike the running release and the new one use the migrated schema together, with canary for longer. The cure is to expand in one deploy and to contract in the next, or a maintenance window. Switching to canary remains the operator\'s decision.';
