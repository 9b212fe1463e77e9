import * as core from '@actions/core';
import { processRedactor, Secret } from '../secrets/index.ts';

/** GitHub masks every occurrence of what it is given: shorter parts would blank ordinary text. */
const SHORTEST = 4;
/** Values of settings that somebody keeps among secrets. Hidden, every such word of the log would be blanked; none of them is a secret. */
const WORDS = new Set(['true', 'false', 'null', 'none', 'undefined']);

/** From now on, neither GitHub's log nor anything that we say shows the value, whole or by its lines. */
export function hide(value: string): Secret {
  if (value === '') return new Secret('');
  for (const part of new Set([value, ...value.split(/\r?\n/).map((line) => line.trim())])) {
    if (part === value || part.length >= SHORTEST) core.setSecret(part);
  }
  processRedactor.register(value);
  return new Secret(value);
}

/** The same for a value that this action came by itself, among many: one that is shorter than a word, or one of the words that every log has, stays as it is. */
export function hideUnlessWord(value: string): Secret {
  return value.length < SHORTEST || WORDS.has(value.toLowerCase()) ? new Secret(value) : hide(value);
}
