import { parseArgs } from 'node:util';
import { FlyctlError } from './error.ts';

export interface DeployCommand {
  readonly name: 'deploy';
  readonly app: string;
  readonly config: string;
  readonly image: string;
  readonly strategy: string;
  readonly maxUnavailable: number | null;
  readonly waitTimeoutMs: number;
  readonly releaseCommandTimeoutMs: number;
  readonly leaseTimeoutMs: number;
  readonly deployRetries: number;
  readonly maxConcurrent: number;
  readonly skipReleaseCommand: boolean;
  readonly smokeChecks: boolean;
  readonly dnsChecks: boolean;
  readonly detach: boolean;
  readonly verbose: boolean;
  readonly ha: boolean;
  readonly updateOnly: boolean;
  readonly stopSignal: string;
  /** As it was given; flyctl names it when it is. */
  readonly waitTimeout: string | null;
}

export type Command =
  | DeployCommand
  | { readonly name: 'version'; readonly json: boolean }
  | { readonly name: 'auth whoami'; readonly json: boolean }
  | { readonly name: 'secrets import' | 'secrets set' | 'secrets unset'; readonly app: string; readonly stage: boolean; readonly args: readonly string[] }
  | { readonly name: 'secrets list' | 'status'; readonly app: string; readonly json: boolean }
  | { readonly name: 'apps list'; readonly json: boolean; readonly quiet: boolean }
  | { readonly name: 'machine list'; readonly app: string; readonly json: boolean; readonly quiet: boolean }
  | { readonly name: 'machine start'; readonly app: string; readonly ids: readonly string[] }
  | { readonly name: 'machine stop'; readonly app: string; readonly ids: readonly string[]; readonly signal: string }
  | { readonly name: 'machine destroy'; readonly app: string; readonly ids: readonly string[]; readonly force: boolean }
  | { readonly name: 'machine wait'; readonly app: string; readonly id: string; readonly state: string; readonly milliseconds: number };

const TEXT = {
  app: 'a', config: 'c', image: 'i', strategy: '', 'max-unavailable': '', 'max-concurrent': '', 'wait-timeout': 'w', state: '', 'release-command-timeout': '', 'deploy-retries': '', 'lease-timeout': '', signal: 's', 'access-token': 't',
};
const SWITCHES = { 'remote-only': '', 'skip-release-command': '', 'smoke-checks': '', 'dns-checks': '', ha: '', yes: 'y', detach: '', verbose: '', now: '', 'update-only': '', json: 'j', stage: '', quiet: 'q', force: 'f', debug: '' };

type Flags = Readonly<Partial<Record<keyof typeof TEXT, string> & Record<keyof typeof SWITCHES, boolean>>>;

/** The flags that change nothing here are taken as flyctl takes them; an unknown one is flyctl's error. */
export function readCommandLine(argv: readonly string[]): Command {
  const { flags, words } = parse(argv);
  const [first = '', second = '', ...args] = words;
  const name = nameOf(first, second);
  const app = flags.app ?? '';
  switch (name) {
    case 'deploy': return deployCommand(flags);
    case 'version':
    case 'auth whoami': return { name, json: flags.json ?? false };
    case 'secrets import':
    case 'secrets set':
    case 'secrets unset': return { name, app, stage: flags.stage ?? false, args };
    case 'status':
    case 'secrets list': return { name, app, json: flags.json ?? false };
    case 'apps list': return { name, json: flags.json ?? false, quiet: flags.quiet ?? false };
    case 'machine list': return { name, app, json: flags.json ?? false, quiet: flags.quiet ?? false };
    case 'machine start': return { name, app, ids: args };
    case 'machine stop': return { name, app, ids: args, signal: flags.signal ?? '' };
    case 'machine destroy': return { name, app, ids: args, force: flags.force ?? false };
    case 'machine wait': return { name, app, id: args[0] ?? '', state: flags.state ?? 'settled', milliseconds: duration(flags['wait-timeout'] ?? '5m') };
    default: throw new FlyctlError(`unknown command "${name}" for "flyctl" (the stand-in knows ${KNOWN})`);
  }
}

const KNOWN = 'deploy, status, version, apps list, auth whoami, machine list, start, stop, destroy, wait and secrets import, set, unset, list';

/** Of one word, or of two under a group that flyctl knows by two names. */
function nameOf(first: string, second: string): string {
  if (first === 'machine' || first === 'machines' || first === 'm') return `machine ${second === 'ls' ? 'list' : second}`;
  return ['secrets', 'auth', 'apps'].includes(first) ? `${first} ${second}` : first;
}

function deployCommand(flags: Flags): DeployCommand {
  return {
    name: 'deploy',
    app: flags.app ?? '',
    config: flags.config ?? 'fly.toml',
    image: flags.image ?? '',
    strategy: flags.strategy ?? '',
    maxUnavailable: flags['max-unavailable'] === undefined ? null : Number(flags['max-unavailable']),
    waitTimeoutMs: duration(flags['wait-timeout'] ?? '5m'),
    waitTimeout: flags['wait-timeout'] ?? null,
    releaseCommandTimeoutMs: duration(flags['release-command-timeout'] ?? '5m'),
    leaseTimeoutMs: duration(flags['lease-timeout'] ?? '13s'),
    // `auto` asks a feature-flag service that nothing in a rehearsal reaches: 0 (measured).
    deployRetries: /^\d+$/u.test(flags['deploy-retries'] ?? '') ? Number(flags['deploy-retries']) : 0,
    maxConcurrent: Number(flags['max-concurrent'] ?? 8),
    skipReleaseCommand: flags['skip-release-command'] ?? false,
    // Who does not wait does not look either (measured).
    smokeChecks: (flags['smoke-checks'] ?? true) && flags.detach !== true,
    dnsChecks: flags['dns-checks'] ?? true,
    detach: flags.detach ?? false,
    verbose: flags.verbose ?? false,
    ha: flags.ha ?? true,
    updateOnly: flags['update-only'] ?? false,
    stopSignal: flags.signal ?? '',
  };
}

function parse(argv: readonly string[]): { flags: Flags; words: readonly string[] } {
  const given = Object.entries({ ...TEXT, ...SWITCHES }).map(([name, short]) => {
    // A switch of flyctl's takes `=true` and `=false`; it is read as a text, and alone it is `=true`.
    return [name, { type: 'string' as const, ...(short === '' ? {} : { short }) }] as const;
  });
  const switches = new Map(Object.entries(SWITCHES).flatMap(([name, short]) => [[`--${name}`, name], ...(short === '' ? [] : [[`-${short}`, name]])] as [string, string][]));
  const args = argv.map((argument) => (switches.has(argument) ? `--${switches.get(argument) ?? ''}=true` : argument));
  try {
    const { values, positionals } = parseArgs({ args, options: Object.fromEntries(given), allowPositionals: true });
    const flags = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, name in SWITCHES ? value !== 'false' : value]));
    return { flags, words: positionals };
  } catch (error) {
    throw new FlyctlError(error instanceof Error ? error.message.replace(/^Unknown option '(.+?)'.*$/su, 'unknown flag: $1') : String(error));
  }
}

/** Bare integers are seconds; `none` is without end. */
function duration(text: string): number {
  if (text === 'none') return Infinity;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/gu)];
  if (/^\d+$/u.test(text)) return Number(text) * 1000;
  if (parts.length === 0) throw new FlyctlError(`invalid duration "${text}"`);
  return parts.reduce((sum, [, number, unit = 's']) => sum + Number(number) * ({ ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit] ?? 1000), 0);
}
