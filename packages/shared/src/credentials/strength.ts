import { CREDENTIALS, type CredentialName } from './names.ts';

/** GitHub masks every occurrence of what it is given: a shorter one would blank the whole log, so that it can only be shown or not be used. */
const SHORTEST = 4;
/** Below this, words of ordinary text are blanked, and no encoding of it is recognised. */
const SAFE = 8;

/** Whether a log can hide it. What has many values is looked at value by value, where it is read: settings stand among them. */
export function strengthOf(name: CredentialName, value: string): 'refused' | 'short' | 'good' {
  if (CREDENTIALS[name].shape !== 'token') return 'good';
  // The runner masks each line; what the longest of them cannot hide, none does.
  const longest = Math.max(...value.split(/\r?\n/u).map((line) => line.trim().length));
  if (longest < SHORTEST) return 'refused';
  return longest < SAFE ? 'short' : 'good';
}
