import type { FaultRule, FaultSubject, HttpEffect, MachineEffect, RegistryEffect, RunEffect, ToolEffect } from './rule.ts';

/** Says what was given and what is allowed there. */
export type Refuse = (what: string, given: string, allowed: string) => never;

type Effect = Pick<FaultRule, 'effect' | 'words' | 'afterCommit' | 'forMilliseconds'>;

/** What stands after the count: the effect of that subject, then `after-commit` and `for <n>s`. */
export function effectOf(subject: FaultSubject, given: string, refuse: Refuse): Effect {
  // The text of `at` may end in anything.
  const { words, afterCommit, forMilliseconds } = subject.kind === 'step' ? { words: given, ...WITHOUT_MODIFIERS } : takeModifiers(given);
  if (afterCommit && subject.kind !== 'http' && subject.kind !== 'graphql') return refuse('the effect', given, 'after-commit only on a request');
  const effect = effectFor(subject, words) ?? refuse('the effect', words, allowedFor(subject));
  if (afterCommit && ASKED_ANYWAY.includes(effect.kind)) return refuse('the effect', given, `${words} alone: it asks the provider anyway, or never`);
  if (forMilliseconds !== null && (subject.kind === 'lock' || (subject.kind === 'machine' && !WITH_AN_END.includes(effect.kind)))) return refuse('the effect', given, `for <n>s only on a request, a tool or ${WITH_AN_END.join(', ')}`);
  return { effect, words, afterCommit, forMilliseconds };
}

const REQUEST_EFFECTS = '<status> [<header>=<value>…] [<body>] with a status from 200 to 599, reset, hang, delay <n>s|ms, body <text>, html, truncate, corrupt, reset-after <n>MiB, hang-after <n>MiB, without <header>, early-413; then after-commit, for <n>s';
const REGISTRY_EFFECTS = REQUEST_EFFECTS.replace(';', ', refuse-mount, grants-only first|last;');
/** Of these the provider is asked in any case (early-413: in none), so that `after-commit` would say nothing. */
const ASKED_ANYWAY = ['corrupt', 'reset-after', 'hang-after', 'without', 'early-413', 'refuse-mount', 'grants-only'];
const LOCK_EFFECTS = ['held-by-another-run', 'held-by-ended-run', 'held-by-lost-run', 'held-by-unknown-run'] as const;
const ALLOWED: Record<FaultSubject['kind'], string> = {
  http: REQUEST_EFFECTS,
  graphql: REQUEST_EFFECTS,
  machine: 'never-healthy, hangs, reverts, crash-loops, start-takes <n>s, stop-takes <n>s, concurrent-update, lease-held, host-unreachable',
  tool: 'exit <code> with-effect, exit <code> without-effect, hang, killed-after <n>s',
  step: 'SIGINT, cancel, runner-lost; then at <text of a line>',
  lock: LOCK_EFFECTS.join(', '),
};

function allowedFor(subject: FaultSubject): string {
  return subject.kind === 'http' && subject.provider === 'registry' ? REGISTRY_EFFECTS : ALLOWED[subject.kind];
}

const WITHOUT_MODIFIERS = { afterCommit: false, forMilliseconds: null };

/** `after-commit` and `for <n>s` stand last, in any order. */
function takeModifiers(words: string): Omit<Effect, 'effect'> {
  const window = /^(.*\S) for (\S+)$/u.exec(words);
  const milliseconds = duration(window?.[2] ?? '');
  if (window !== null && milliseconds !== null) return { ...takeModifiers(window[1] ?? ''), forMilliseconds: milliseconds };
  const commit = /^(.*\S) after-commit$/u.exec(words);
  if (commit !== null) return { ...takeModifiers(commit[1] ?? ''), afterCommit: true };
  return { words, ...WITHOUT_MODIFIERS };
}

function effectFor(subject: FaultSubject, words: string): FaultRule['effect'] | null {
  switch (subject.kind) {
    case 'http': return requestEffect(words) ?? (subject.provider === 'registry' ? registryEffect(words) : null);
    case 'graphql': return requestEffect(words);
    case 'machine': return machineEffect(words);
    case 'tool': return toolEffect(words);
    case 'step': return runEffect(words);
    case 'lock': { const kind = LOCK_EFFECTS.find((one) => one === words); return kind === undefined ? null : { kind }; }
  }
}

function requestEffect(words: string): HttpEffect | null {
  const [verb = '', argument = ''] = split(words);
  if (/^[2-5]\d\d$/u.test(verb)) return { kind: 'status', status: Number(verb), ...headersAndBody(argument) };
  const plain = PLAIN_REQUEST_EFFECTS.find((kind) => kind === words);
  if (plain !== undefined) return { kind: plain };
  if (verb === 'body' && argument !== '') return { kind: 'body', body: argument };
  if (verb === 'without' && /^[A-Za-z][\w-]*$/u.test(argument)) return { kind: verb, header: argument.toLowerCase() };
  const bytes = size(argument);
  if ((verb === 'reset-after' || verb === 'hang-after') && bytes !== null) return { kind: verb, bytes };
  const milliseconds = verb === 'delay' ? duration(argument) : null;
  return milliseconds === null ? null : { kind: 'delay', milliseconds };
}

const PLAIN_REQUEST_EFFECTS = ['reset', 'hang', 'html', 'truncate', 'corrupt', 'early-413'] as const;

function registryEffect(words: string): RegistryEffect | null {
  const [, scope] = /^grants-only (first|last)$/u.exec(words) ?? [];
  if (scope !== undefined) return { kind: 'grants-only', scope: scope === 'first' ? scope : 'last' };
  return words === 'refuse-mount' ? { kind: words } : null;
}

function headersAndBody(argument: string): { headers: Record<string, string>; body: string | null } {
  const headers: Record<string, string> = {};
  let rest = argument;
  for (let match = HEADER.exec(rest); match !== null; match = HEADER.exec(rest)) {
    headers[(match[1] ?? '').toLowerCase()] = match[2] ?? match[3] ?? match[4] ?? '';
    rest = rest.slice(match[0].length);
  }
  return { headers, body: rest === '' ? null : rest };
}
/** A value with spaces, a date for one, stands in quotes of either kind. */
const HEADER = /^([A-Za-z][\w-]*)=(?:"([^"]*)"|'([^']*)'|(\S*))(?: |$)/u;

const PLAIN_MACHINE_EFFECTS = ['never-healthy', 'hangs', 'reverts', 'crash-loops', 'concurrent-update', 'lease-held', 'host-unreachable'] as const;
/** What goes on for a while, and may end. */
const WITH_AN_END = ['never-healthy', 'hangs', 'concurrent-update', 'lease-held', 'host-unreachable'];

function machineEffect(words: string): MachineEffect | null {
  const plain = PLAIN_MACHINE_EFFECTS.find((kind) => kind === words);
  if (plain !== undefined) return { kind: plain };
  const [verb = '', argument = ''] = split(words);
  const milliseconds = duration(argument);
  return milliseconds === null || (verb !== 'start-takes' && verb !== 'stop-takes') ? null : { kind: verb, milliseconds };
}

function toolEffect(words: string): ToolEffect | null {
  const [, code, effect] = /^exit (\d{1,3}) (with|without)-effect$/u.exec(words) ?? [];
  if (code !== undefined && Number(code) < 256) return { kind: 'exit', code: Number(code), effect: effect === 'with' ? 'with' : 'without' };
  if (words === 'hang') return { kind: 'hang' };
  const [verb = '', argument = ''] = split(words);
  const milliseconds = verb === 'killed-after' ? duration(argument) : null;
  return milliseconds === null ? null : { kind: 'killed-after', milliseconds };
}

function runEffect(words: string): RunEffect | null {
  const [, kind, at] = /^(SIGINT|cancel|runner-lost)(?: at (\S.*))?$/u.exec(words) ?? [];
  return kind === undefined ? null : { kind: kind as RunEffect['kind'], at: at ?? null };
}

function split(words: string): [string, string] {
  const space = words.indexOf(' ');
  return space < 0 ? [words, ''] : [words.slice(0, space), words.slice(space + 1)];
}

const UNITS: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

function size(text: string): number | null {
  const [, number, unit = ''] = /^(\d+)(B|KiB|MiB|GiB)$/u.exec(text) ?? [];
  return number === undefined ? null : Number(number) * (UNITS[unit] ?? 1);
}

function duration(text: string): number | null {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s)$/u.exec(text) ?? [];
  return number === undefined ? null : Number(number) * (unit === 's' ? 1000 : 1);
}
