import { Command, InvalidArgumentError } from 'commander';
import { type Only, onlyOf } from './one-probe.ts';

export interface StatusOptions {
  readonly environment: string;
  readonly config: string;
  /** null: by GITHUB_REPOSITORY, or the remote `origin`. */
  readonly repository: string | null;
  readonly timeoutSeconds: number;
  readonly json: boolean;
  /** Pause between two looks, in seconds; null: one look. */
  readonly watch: number | null;
  readonly world: string | null;
  /** null: all that there is to see. */
  readonly only: Only | null;
}

interface RawFlags {
  config: string;
  repository?: string;
  timeout: number;
  json?: boolean;
  watch?: number | true;
  world?: string;
  only?: Only;
}

const WATCH_SECONDS = 10;

/** Ends the process with code 2 and one sentence when the arguments do not fit. */
export function parseCommandLine(argv: readonly string[]): StatusOptions {
  const program = new Command('script/status')
    .description('Says what an environment serves, how healthy it is, who holds the deploy lock, and how the last deploy went. It changes nothing.')
    .argument('<environment>', 'an environment of the deploy configuration, for example production')
    .option('--config <file>', 'the deploy configuration', '.github/deploy.config.yml')
    .option('--repository <owner/name>', 'where lock and deployments are (default: GITHUB_REPOSITORY, else the remote origin)', repository)
    .option('--timeout <seconds>', 'longest time for one answer', seconds, 5)
    .option('--watch [seconds]', `look again and again, with that pause (default: ${WATCH_SECONDS})`, seconds)
    .option('--only <probe>', 'ask for one probe of a deploy alone, as storefront/shadow, or canary, which fills a cart', probe)
    .option('--json', 'one JSON document a look, for a program')
    .option('--world <dir>', 'look into a kept world of script/rehearse instead')
    .addHelpText('after', EXAMPLES)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  program.parse([...argv], { from: 'user' });
  const { config, repository: named, timeout, json, watch, world, only } = program.opts<RawFlags>();
  return { environment: program.args[0] ?? '', config, repository: named ?? null, timeoutSeconds: timeout, json: json ?? false, watch: watch === true ? WATCH_SECONDS : (watch ?? null), world: world ?? null, only: only ?? null };
}

const EXAMPLES = `
The token of GITHUB_TOKEN or GH_TOKEN, else of \`gh auth token\`, reads lock and deployments; without one they are said to be unknown.
CF_ACCESS_CLIENT_ID and CF_ACCESS_CLIENT_SECRET open a surface whose configuration has \`access\`.

Examples:
  script/status production
  script/status production --watch
  script/status staging --json
  script/status production --only storefront/shadow
  script/status production --world /tmp/world      # after: script/rehearse deploy-production --world /tmp/world

Exit code: 0 every surface is well, 1 one is not, 2 the command line or the configuration is wrong.`;

function seconds(value: string): number {
  if (!/^[1-9]\d{0,4}$/u.test(value)) throw new InvalidArgumentError('It must be a whole number of seconds, 1 or more.');
  return Number(value);
}

function probe(value: string): Only {
  const only = onlyOf(value);
  if (only === null) throw new InvalidArgumentError('It must be the name of a probe, or surface/probe, as storefront/shadow.');
  return only;
}

function repository(value: string): string {
  if (!/^[\w.-]+\/[\w.-]+$/u.test(value)) throw new InvalidArgumentError('It must be owner/name.');
  return value;
}
