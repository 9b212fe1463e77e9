import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import type { Annotation } from '../outcome.ts';
import { placeOf } from './place.ts';

const pattern = z.object({
  regexp: z.string(),
  file: z.number().optional(), fromPath: z.number().optional(), line: z.number().optional(), column: z.number().optional(), severity: z.number().optional(), code: z.number().optional(), message: z.number().optional(),
  loop: z.boolean().optional(),
});
const matcherFile = z.object({ problemMatcher: z.array(z.object({ owner: z.string(), severity: z.string().optional(), pattern: z.array(pattern).min(1) })) });

type Pattern = z.infer<typeof pattern>;
interface Matcher {
  readonly owner: string;
  readonly severity: string;
  readonly patterns: readonly (Pattern & { readonly expression: RegExp })[];
}
type Found = Partial<Record<'file' | 'line' | 'column' | 'severity' | 'code' | 'message', string>>;
export type Issue = Pick<Annotation, 'level' | 'message'> & Partial<Omit<Annotation, 'job'>>;

/** The problem matchers of a job: they come and go by command, the newest is asked first (OutputManager.cs). */
export interface MatcherSet {
  add(file: string, workspace: string): void;
  remove(owner: string, file: string, workspace: string): void;
  current(): readonly Matcher[];
}

export function createMatcherSet(): MatcherSet {
  let matchers: Matcher[] = [];
  const drop = (owners: readonly string[]): void => void (matchers = matchers.filter((one) => !owners.some((owner) => owner.toLowerCase() === one.owner.toLowerCase())));
  return {
    add: (file, workspace) => {
      const added = read(file, workspace);
      drop(added.map((one) => one.owner));
      matchers = [...added, ...matchers];
    },
    remove: (owner, file, workspace) => drop(owner === '' ? read(file, workspace).map((one) => one.owner) : [owner]),
    current: () => matchers,
  };
}

export interface Matchers {
  /** The annotation that this line completes, and what the log shows for it: the whole line without its colours; null for ordinary text. */
  read(line: string): { readonly issue: Issue; readonly shown: string } | null;
}

/** One stream of lines against the job's matchers; a matcher of several lines keeps what it has found so far. */
export function createMatchers(set: MatcherSet, workspace: string): Matchers {
  const progress = new Map<Matcher, { at: number; found: Found }>();
  return {
    read: (line) => {
      const stripped = line.replaceAll(/\u001B\[[0-9;]*m?/gu, '');
      for (const matcher of set.current()) {
        const found = step(matcher, stripped, progress);
        if (found === null) continue;
        for (const other of progress.keys()) if (other !== matcher) progress.delete(other);
        const issue = issueOf(found, matcher, workspace);
        if (issue !== null) return { issue, shown: stripped };
      }
      return null;
    },
  };
}

function step(matcher: Matcher, line: string, progress: Map<Matcher, { at: number; found: Found }>): Found | null {
  const state = progress.get(matcher) ?? { at: 0, found: {} };
  const pattern = matcher.patterns[state.at];
  const match = pattern?.expression.exec(line) ?? null;
  if (pattern === undefined || match === null) {
    progress.delete(matcher);
    // A line that ends one match may begin the next.
    return state.at === 0 ? null : step(matcher, line, progress);
  }
  const found = { ...state.found, ...captured(pattern, match) };
  if (state.at < matcher.patterns.length - 1) {
    progress.set(matcher, { at: state.at + 1, found });
    return null;
  }
  if (pattern.loop === true && matcher.patterns.length > 1) progress.set(matcher, state);
  else progress.delete(matcher);
  return found;
}

function captured(pattern: Pattern, match: RegExpExecArray): Found {
  const groups = { file: pattern.file, line: pattern.line, column: pattern.column, severity: pattern.severity, code: pattern.code, message: pattern.message };
  return Object.fromEntries(Object.entries(groups).flatMap(([name, group]) => (group === undefined || match[group] === undefined ? [] : [[name, match[group].trim()]])));
}

function issueOf(found: Found, { severity }: Matcher, workspace: string): Issue | null {
  const given = (found.severity ?? severity).toLowerCase();
  const level = given === '' || given === 'error' ? 'error' : given === 'warning' ? 'warning' : given === 'notice' || given === 'info' ? 'notice' : null;
  const message = found.message ?? '';
  if (level === null || message === '') return null;
  const { line, column, file } = found;
  return { level, message, ...placeOf({ ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { col: column }) }, workspace) };
}

function read(file: string, workspace: string): Matcher[] {
  const config = matcherFile.parse(JSON.parse(readFileSync(isAbsolute(file) ? file : join(workspace, file), 'utf8')));
  return config.problemMatcher.map(({ owner, severity, pattern: patterns }) => ({ owner, severity: severity ?? '', patterns: patterns.map((one) => ({ ...one, expression: expressionOf(one.regexp) })) }));
}

/** Without the `u` flag, which refuses escapes that need none: `\"` in the matcher of actions/setup-python (RegexOptions.ECMAScript has it as JavaScript of old). */
function expressionOf(text: string): RegExp {
  return new RegExp(text);
}
