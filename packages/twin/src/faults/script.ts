import picomatch from 'picomatch';
import { FaultSyntaxError, parseFault } from './parse.ts';
import type { FaultRule, RunEffect } from './rule.ts';

/** What a rule does to the occurrence that was just counted. */
export interface FaultEffect extends Pick<FaultRule, 'effect' | 'words' | 'afterCommit' | 'forMilliseconds'> {
  /** The rule as it was given. */
  readonly rule: string;
}

export interface FaultScript {
  /**
   * Counts one occurrence and says whether a rule acts on it.
   * @param provider the rule's first word: fly, cloudflare, github, registry, aws, shop, tool, run
   * @param subject  `METHOD /path`, `graphql <operation>`, `machine <group>/<n> <occasion>`, a tool's name, `step <job>/<step>`, `lock`
   */
  take(provider: string, subject: string): FaultEffect | null;
  unfired(): string[];
  report(): { rule: string; fired: number }[];
  /** The steps that the runner interrupts; the caller marks them with `take('run', 'step <job>/<step>')` when it does. */
  interrupts(): RunInterrupt[];
}

/** A step during which something happens to its run. */
export interface RunInterrupt {
  readonly job: string;
  readonly step: string;
  readonly signal: 'SIGINT' | 'runner-lost';
  readonly line?: string;
}

export interface FaultScriptOptions {
  /** The twin's clock runs this many times faster than the wall's. */
  readonly speed: number;
  readonly now?: () => number;
  /** The providers that there are; a rule for another one is refused. Without it, none is. */
  readonly providers?: readonly string[];
}

/** @throws {FaultSyntaxError} for the first line that does not parse or that no provider is there for; empty lines and `#` lines are skipped */
export function createFaultScript(lines: readonly string[], { speed, now = Date.now, providers }: FaultScriptOptions): FaultScript {
  const rules = lines.filter((line) => !/^\s*(#|$)/u.test(line)).map((line) => ({ rule: parseFault(line), met: 0, fired: 0, since: null as number | null }));
  if (providers !== undefined) for (const { rule } of rules) mustBeThere(rule, providers);
  type Entry = (typeof rules)[number];
  return {
    take(provider, subject) {
      const due = rules.filter(({ rule }) => matches(rule, provider, subject)).filter((entry) => isDue(entry));
      const [first] = due;
      if (first === undefined) return null;
      first.fired += 1;
      first.since ??= now();
      const { text, effect, words, afterCommit, forMilliseconds } = first.rule;
      return { rule: text, effect, words, afterCommit, forMilliseconds };
    },
    unfired: () => rules.filter(({ fired }) => fired === 0).map(({ rule }) => rule.text),
    report: () => rules.map(({ rule, fired }) => ({ rule: rule.text, fired })),
    interrupts: () => rules.flatMap(({ rule: { subject, effect } }) => (subject.kind === 'step' && 'at' in effect ? [interruptOf(subject, effect)] : [])),
  };

  /** Every rule that matches counts, whether or not another one acts. */
  function isDue(entry: Entry): boolean {
    entry.met += 1;
    const { occurrences, forMilliseconds } = entry.rule;
    if (entry.met < occurrences.from || entry.met > occurrences.to) return false;
    return forMilliseconds === null || entry.since === null || (now() - entry.since) * speed < forMilliseconds;
  }
}

function interruptOf({ job, step }: { job: string; step: string }, { kind, at }: RunEffect): RunInterrupt {
  return { job, step, signal: kind === 'runner-lost' ? kind : 'SIGINT', ...(at === null ? {} : { line: at }) };
}

function mustBeThere({ text, subject }: FaultRule, providers: readonly string[]): void {
  if (!('provider' in subject) || providers.includes(subject.provider)) return;
  throw new FaultSyntaxError(`fault "${text}": this twin does not model ${subject.provider} yet. It models ${providers.join(', ')}.`);
}

function matches({ subject, effect }: FaultRule, provider: string, given: string): boolean {
  const [first = '', second = '', third = ''] = given.split(' ');
  switch (subject.kind) {
    case 'http': return provider === subject.provider && (subject.method === '*' || subject.method === first) && second.startsWith('/') && pathMatches(subject.path, second);
    case 'graphql': return provider === subject.provider && first === 'graphql' && (subject.operation === '*' || subject.operation === second);
    case 'machine': return provider === 'fly' && first === 'machine' && machineMatches(subject, second) && (OCCASIONS[effect.kind] ?? STARTS).includes(third);
    case 'tool': return provider === 'tool' && subject.name === first;
    case 'step': return provider === 'run' && given === `step ${subject.job}/${subject.step}`;
    case 'lock': return provider === 'github' && given === 'lock';
  }
}

/** `*` stays within a segment, `**` crosses; a glob that does not start with / may start at any depth. */
function pathMatches(glob: string, path: string): boolean {
  return picomatch(glob.startsWith('/') ? glob : `/**/${glob}`, { dot: true, nobrace: true, noext: true, nonegate: true })(path);
}

/** Most happens to a process that starts. */
const STARTS = ['started', 'updated'];
/** Only a Machine that has run something can go back to it; the others come with what is asked of a Machine. */
const OCCASIONS: Readonly<Record<string, readonly string[]>> = {
  'reverts': ['updated', 'configured'],
  'concurrent-update': ['asked-to-update'],
  'lease-held': ['leased'],
  'host-unreachable': ['read'],
  'stop-takes': ['stopped'],
};

function machineMatches(subject: { group: string; number: number | '*' }, given: string): boolean {
  const [group, number] = given.split('/');
  return subject.group === group && (subject.number === '*' || String(subject.number) === number);
}
