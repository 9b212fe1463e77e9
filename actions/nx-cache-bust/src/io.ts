import { input } from '@vendure-deploy/shared/action';

export const inputs = {
  'github-token': input.secret({ description: 'Token with actions: read to list, and actions: write to delete', required: true }),
  repository: input.text({ description: 'owner/name of the repository whose cache is meant (empty: this one)' }),
  'run-id': input.integer({ description: 'A run that failed: its failed jobs name the keys in their logs; 0 is none', default: '0', min: 0 }),
  'job-id': input.integer({ description: 'One job whose log names the keys, whatever it came to; 0 is none', default: '0', min: 0 }),
  key: input.text({ description: 'Instead of a log: the exact key, as after "Cache restored from key:"' }),
  pattern: input.text({ description: 'Instead of a log: part of the key, with * for any text, as nx-ref or Linux-*-nx-; with a log: which of its keys are meant (empty: those of Nx)' }),
  ref: input.text({ description: 'Only entries that this branch or ref has, as develop or refs/pull/12/merge (empty: with a log all that the job can read, else every ref)' }),
  'restore-keys': input.list({ description: 'With key: what the job looks for next, one a line; it is said which entry it would find' }),
  'dry-run': input.boolean({ description: 'Say what would be deleted, and delete nothing', default: 'true' }),
  'max-deletions': input.integer({ description: 'More entries than these are not deleted', default: '20', min: 1, max: 1000 }),
  force: input.boolean({ description: "Also keys that do not look like Nx's", default: 'false' }),
  'delete-interval-seconds': input.seconds({ description: 'Pause between two deletions; GitHub asks for one second', default: '1', max: 60 }),
};

export const outputs = {
  'deleted-count': 'How many entries were deleted; in a dry run 0',
  'deleted-keys': 'Their keys, each once, as JSON',
  'freed-bytes': 'What they took, in bytes',
  remaining: 'How many of the entries that are meant the last listing had',
  'next-restore': 'For each key that the job asks for, as JSON: which entry it would restore before and after, or null',
};

export type Inputs = typeof inputs;
