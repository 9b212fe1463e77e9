import { type Refuse, effectOf } from './parse-effect.ts';
import type { FaultRule, FaultSubject, Occurrences } from './rule.ts';

const REQUEST_PROVIDERS = ['fly', 'cloudflare', 'github', 'registry', 'aws', 'shop'];
const PROVIDERS = [...REQUEST_PROVIDERS, 'tool', 'run'];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', '*'];
/** The tools that have a stand-in; git, wrangler, node and pnpm are real, and only their requests can be faulted. */
const TOOLS = ['flyctl', 'docker'];

/**
 * One line `<provider> <subject…> <nth> <effect…>`, as `--fault` and fault files hold it.
 * @throws {FaultSyntaxError} with what was given and what is allowed there
 */
export function parseFault(line: string): FaultRule {
  const text = line.trim().replaceAll(/\s+/gu, ' ');
  const [provider = '', ...rest] = text.split(' ');
  const refuse: Refuse = (what, given, allowed) => {
    throw new FaultSyntaxError(`fault "${text}": ${what} is "${given}". Allowed: ${allowed}.`);
  };
  if (!PROVIDERS.includes(provider)) return refuse('the provider', provider, PROVIDERS.join(', '));
  const { subject, words } = subjectOf(provider, rest, refuse);
  if (subject.kind === 'lock') return { text, subject, occurrences: { from: 1, to: Infinity }, ...effectOf(subject, words.join(' '), refuse) };
  const [nth = '', ...effectWords] = words;
  const occurrences = occurrencesOf(nth) ?? refuse('the count', nth, 'n, a-b, a- or *');
  if (subject.kind === 'step' && occurrences.from > 1) return refuse('the count', nth, '1, for a step runs once in a run');
  return { text, subject, occurrences, ...effectOf(subject, effectWords.join(' '), refuse) };
}

export class FaultSyntaxError extends Error {
  override readonly name = 'FaultSyntaxError';
}

interface Subject {
  readonly subject: FaultSubject;
  /** What follows it. */
  readonly words: readonly string[];
}

function subjectOf(provider: string, words: readonly string[], refuse: Refuse): Subject {
  const [first = '', second = ''] = words;
  if (provider === 'tool') return { subject: { kind: 'tool', name: TOOLS.includes(first) ? first : refuse('the tool', first, `${TOOLS.join(', ')} (every other tool is real: name its requests)`) }, words: words.slice(1) };
  if (provider === 'run') return { subject: stepOf(first, second, refuse), words: words.slice(2) };
  if (first === 'graphql') return { subject: graphqlOf(provider, second, refuse), words: words.slice(2) };
  if (provider === 'github' && first === 'lock') return { subject: { kind: 'lock' }, words: words.slice(1) };
  if (provider === 'fly' && first === 'machine') return { subject: machineOf(second, refuse), words: words.slice(2) };
  if (provider === 'aws' && /^[A-Z][a-z]\w+$/u.test(first)) return { subject: { kind: 'graphql', provider, operation: first }, words: words.slice(1) };
  if (!METHODS.includes(first)) return refuse('the method', first, `${METHODS.join(', ')}, graphql <operation>${provider === 'fly' ? ', machine <group>/<n>' : ''}${provider === 'github' ? ', lock' : ''}`);
  if (!/^[/*][^?#]*$/u.test(second)) return refuse('the path', second, 'a glob that starts with / or *, without a query');
  return { subject: { kind: 'http', provider, method: first, path: second }, words: words.slice(2) };
}

function stepOf(first: string, second: string, refuse: Refuse): FaultSubject {
  const [, job, step] = /^([^/]+)\/([^/]+)$/u.exec(second) ?? [];
  if (first !== 'step' || job === undefined || step === undefined) return refuse('the subject', `${first} ${second}`, 'step <job>/<step>');
  return { kind: 'step', job, step };
}

function graphqlOf(provider: string, operation: string, refuse: Refuse): FaultSubject {
  if (provider === 'registry' || provider === 'aws') return refuse('the method', 'graphql', `${METHODS.join(', ')}; ${provider} has no GraphQL`);
  if (!/^(?:[A-Za-z_]\w*|\*)$/u.test(operation)) return refuse('the operation', operation, 'the name of a GraphQL operation, or * for any');
  return { kind: 'graphql', provider, operation };
}

function machineOf(name: string, refuse: Refuse): FaultSubject {
  const [, group, number] = /^([^/]+)\/([1-9]\d*|\*)$/u.exec(name) ?? [];
  if (group === undefined || number === undefined) return refuse('the machine', name, '<group>/<n> or <group>/*');
  return { kind: 'machine', group, number: number === '*' ? '*' : Number(number) };
}

function occurrencesOf(nth: string): Occurrences | null {
  if (nth === '*') return { from: 1, to: Infinity };
  const [, from, dash, to] = /^([1-9]\d*)(?:(-)(\d+)?)?$/u.exec(nth) ?? [];
  if (from === undefined) return null;
  const last = dash === undefined ? Number(from) : to === undefined ? Infinity : Number(to);
  return last < Number(from) ? null : { from: Number(from), to: last };
}
