import { Command, InvalidArgumentError } from 'commander';
import type { Interrupt } from '../options.ts';
import { collect } from './fields.ts';

/** What `script/workflow` was asked for. */
export interface Flags {
  readonly file: string;
  readonly repo: string;
  readonly event: string | null;
  readonly eventFile: string | null;
  readonly inputs: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly environmentSecrets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly variables: Readonly<Record<string, string>>;
  readonly environmentVariables: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly approvals: Readonly<Record<string, Approval>>;
  readonly interrupts: readonly Interrupt[];
  readonly out: string | null;
  readonly queue: string | null;
  readonly ref: string | null;
  readonly actor: string;
  readonly plan: boolean;
  readonly rerunFailed: boolean;
  readonly json: boolean;
}

type Approval = 'yes' | 'no' | 'hold';

interface RawFlags {
  repo: string;
  event?: string;
  eventFile?: string;
  field: string[];
  secret: string[];
  var: string[];
  approve: string[];
  cancel: string[];
  out?: string;
  queue?: string;
  ref?: string;
  actor: string;
  plan?: boolean;
  rerun?: string;
  json?: boolean;
}

/** Parses the arguments of `script/workflow`. Ends the process with code 2 and one sentence when they do not fit. */
export function parseFlags(argv: readonly string[]): Flags {
  const program = new Command('script/workflow')
    .description("Runs a workflow of any repository on this machine, by GitHub's own rules. What it cannot do it refuses, with file and line, before anything starts.")
    .argument('<file>', 'the workflow: a path, or a name below .github/workflows')
    .option('--repo <dir>', "the repository; as it lies there, with what is not committed, unless --ref says otherwise", '.')
    .option('--ref <ref>', 'the branch, tag or SHA that runs')
    .option('--event <name>', "the event (default: workflow_dispatch where the workflow has it, else its first trigger)")
    .option('--event-file <file>', 'the JSON of github.event, over what the runner makes up')
    .option('-f, --field <name=value>', 'an input of a workflow_dispatch, as in `gh workflow run` (repeatable)', collect, [])
    .option('--secret <name=value>', 'a secret; ENVIRONMENT/NAME=VALUE for one of an environment; NAME alone reads it from this shell (repeatable)', collect, [])
    .option('--var <name=value>', 'a variable; ENVIRONMENT/NAME=VALUE for one of an environment (repeatable)', collect, [])
    .option('--actor <login>', 'who starts the run', 'operator')
    .option('--approve <environment=answer>', 'what the reviewers of an environment answer: yes, no or hold (repeatable; an environment that is not named has none)', collect, [])
    .option('--cancel <job[:text]>', 'cancel the run when that job has written its first line, or a line with that text (repeatable)', collect, [])
    .option('--queue <dir>', 'the concurrency groups, shared by all runs that name this folder')
    .option('--rerun <what>', '`failed`: run again what did not succeed in the run whose outcome is in --out', rerun)
    .option('--out <dir>', 'keep outcome.json, summary.md, log.txt and jobs/<job>/<step>.log here')
    .option('--plan', 'print the plan and run nothing')
    .option('--json', 'print outcome.json to standard output instead of the summary')
    .addHelpText('after', EXAMPLES)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  program.parse([...argv], { from: 'user' });
  const flags = program.opts<RawFlags>();
  if (flags.rerun !== undefined && flags.out === undefined) program.error('error: --rerun failed needs --out DIR, the folder of the run that is run again.');
  const secrets = pairs('--secret', flags.secret, program, (name) => process.env[name]);
  const variables = pairs('--var', flags.var, program);
  return {
    file: program.args[0] ?? '',
    repo: flags.repo,
    event: flags.event ?? null,
    eventFile: flags.eventFile ?? null,
    inputs: Object.fromEntries(pairs('-f', flags.field, program)),
    secrets: plain(secrets),
    environmentSecrets: byEnvironment(secrets),
    variables: plain(variables),
    environmentVariables: byEnvironment(variables),
    approvals: approvals(flags.approve, program),
    interrupts: flags.cancel.map(interrupt),
    out: flags.out ?? null,
    queue: flags.queue ?? null,
    ref: flags.ref ?? null,
    actor: flags.actor,
    plan: flags.plan ?? false,
    rerunFailed: flags.rerun !== undefined,
    json: flags.json ?? false,
  };
}

const EXAMPLES = `
Examples:
  script/workflow ci.yml --repo ../shop --event push --var REGION=fra
  script/workflow release.yml --repo ../shop -f dry_run=true --secret NPM_TOKEN --out /tmp/run
  script/workflow ci.yml --repo ../shop --plan

Exit code: 0 the workflow succeeded, 1 it failed, was cancelled or was refused, 2 the command line is wrong.`;

function rerun(value: string): string {
  if (value !== 'failed') throw new InvalidArgumentError('Allowed: failed.');
  return value;
}

type Pair = readonly [name: string, value: string];

function pairs(flag: string, given: readonly string[], program: Command, otherwise?: (name: string) => string | undefined): Pair[] {
  return given.map((text): Pair => {
    const equals = text.indexOf('=');
    if (equals >= 1) return [text.slice(0, equals), text.slice(equals + 1)];
    const found = equals < 0 ? otherwise?.(text) : undefined;
    if (equals < 0 && found === undefined && otherwise !== undefined) program.error(`error: ${flag} ${text}: this shell has no ${text}. Give it here: ${flag} ${text}=VALUE`);
    return found === undefined ? program.error(`error: ${flag} "${text}" is not name=value. For example: ${flag} storefront=false`) : [text, found];
  });
}

function plain(given: readonly Pair[]): Record<string, string> {
  return Object.fromEntries(given.filter(([name]) => !name.includes('/')));
}

/** `ENVIRONMENT/NAME`; an environment's own name may have slashes. */
function byEnvironment(given: readonly Pair[]): Record<string, Record<string, string>> {
  const found: Record<string, Record<string, string>> = {};
  for (const [name, value] of given) {
    const slash = name.lastIndexOf('/');
    if (slash > 0) (found[name.slice(0, slash)] ??= {})[name.slice(slash + 1)] = value;
  }
  return found;
}

function approvals(given: readonly string[], program: Command): Record<string, Approval> {
  return Object.fromEntries(
    pairs('--approve', given, program).map(([environment, answer]) => {
      if (answer === 'yes' || answer === 'no' || answer === 'hold') return [environment, answer];
      return program.error(`error: --approve "${environment}=${answer}": the answer is "${answer}". Allowed: yes, no, hold.`);
    }),
  );
}

function interrupt(text: string): Interrupt {
  const colon = text.indexOf(':');
  return colon < 0 ? { job: text, signal: 'SIGINT' } : { job: text.slice(0, colon), line: text.slice(colon + 1), signal: 'SIGINT' };
}
