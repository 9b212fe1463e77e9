import { accessSync, constants, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { collect, fieldsOf } from '@vendure-deploy/runner';
import { Command, InvalidArgumentError, Option } from 'commander';
import { faultLine, readFaultFile } from './fault-file.ts';
import { ACTIONS, type PullRequestEvent } from './pull-request.ts';

export interface RehearsalOptions {
  readonly lane: string;
  readonly ref: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly faults: readonly string[];
  readonly speed: number;
  readonly latencyMs: number;
  readonly out: string | null;
  readonly world: string | null;
  readonly from: string | null;
  /** A shop's own checkout, by its absolute path; null: the example shop. */
  readonly repository: string | null;
  readonly keep: boolean;
  readonly json: boolean;
  readonly actor: string;
  /** null: the lane is dispatched. */
  readonly pullRequest: PullRequestEvent | null;
  readonly tools: Tools;
  /** What the reviewers of an environment answer; an environment that is not named has none. */
  readonly approvals: Readonly<Record<string, Approval>>;
  /** A folder with the workflows of another repository that deploys the shop; without it, the shop's own run. */
  readonly caller?: string;
}

/** `hold`: nobody answers, and the run waits until it is cancelled. */
export type Approval = 'yes' | 'no' | 'hold';

/** Real tools instead of the twin's stand-ins, by their absolute paths. */
export interface Tools {
  readonly flyctl?: string;
}

/** A lane to rehearse, or the list of faults to print. */
export type CommandLine = { readonly kind: 'rehearse'; readonly options: RehearsalOptions } | { readonly kind: 'list-faults'; readonly json: boolean };

interface RawFlags {
  ref: string;
  field: string[];
  fault: string[];
  faultFile: string[];
  faults?: boolean;
  tool: Tools;
  speed?: number;
  latency: number;
  out?: string;
  world?: string;
  from?: string;
  repo?: string;
  keep?: boolean;
  json?: boolean;
  actor: string;
  approve: Readonly<Record<string, Approval>>;
  pullRequest?: number;
  action?: PullRequestEvent['action'];
  fork?: boolean;
  caller?: string;
}

/** Parses the arguments of `script/rehearse`. Ends the process with code 2 and one sentence when they do not fit. */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const program = new Command('script/rehearse')
    .description('Rehearses a lane of a shop on this machine: the real workflow, the real bundles, a twin of every provider.')
    .usage('[options] <lane>')
    .argument('[lane]', 'the shop\'s workflow, for example deploy-production')
    .option('--ref <ref>', 'the branch, tag or SHA that is deployed and whose workflow file runs', 'main')
    .option('-f, --field <name=value>', 'an input of the workflow, as in `gh workflow run` (repeatable)', collect, [])
    .option('--fault <rule>', 'a fault line, `<provider> <subject> <nth> <effect>` (repeatable)', (line: string, before: string[]) => [...before, faultLine(line)], [])
    .option('--fault-file <file>', 'fault lines, one each; # starts a remark (repeatable)', (file: string, before: string[]) => [...before, ...readFaultFile(file)], [])
    .option('--faults', 'list every fault with an example, without a lane; with --json for a program')
    .option('--tool <name=path>', 'a real tool instead of the stand-in: flyctl=PATH goes into the release archive that the twin serves', tool, {})
    .option('--speed <n>', "the twin's and its stand-ins' own waits run n times faster; actions are not told (default: 10; with --tool flyctl 1, since a real flyctl keeps its own time)", positive)
    .option('--latency <duration>', 'added to every round trip, for example 50ms', duration, 0)
    .option('--out <dir>', 'keep outcome.json, summary.md, log.txt, requests.jsonl, the artifacts and the job logs here')
    .option('--world <dir>', 'keep the world (git, registry, Machines, Workers, database, lock) here, and go on from where it was left')
    .option('--from <ref>', 'what production serves in a new world (with --repo: every environment)')
    .option('--repo <dir>', "a shop's own checkout instead of the example shop: what is committed there; each environment serves main~1 at first", checkout)
    .option('--caller <dir>', "run as another repository: the shop's code, the workflows of this folder, and the lock of the shop")
    .option('--keep', 'keep a world without a name, and say where it is')
    .option('--json', 'print outcome.json to standard output instead of the summary')
    .option('--actor <login>', 'who starts the run', 'operator')
    .option('--approve <environment=answer>', 'what the reviewers of an environment answer: yes, no, or hold, which waits until the run is cancelled (repeatable; an environment that is not named has none)', approval, {})
    .option('--pull-request <n>', 'the lane runs for pull request <n> of the branch that --ref names, instead of being dispatched', pullRequestNumber)
    .addOption(new Option('--action <action>', 'what happened to that pull request (default: opened)').choices(ACTIONS))
    .option('--fork', 'that pull request is of a fork: the run gets no secret, and a token that only reads')
    .addHelpText('after', EXAMPLES)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  program.parse([...argv], { from: 'user' });
  const flags = program.opts<RawFlags>();
  if (flags.faults === true) return { kind: 'list-faults', json: flags.json ?? false };
  const [lane] = program.args;
  if (lane === undefined) return program.error("error: missing required argument 'lane', for example deploy-production");
  return { kind: 'rehearse', options: optionsOf(lane, flags, program) };
}

function optionsOf(lane: string, flags: RawFlags, program: Command): RehearsalOptions {
  return {
    lane: lane.replace(/\.ya?ml$/u, ''),
    ref: flags.ref,
    inputs: fieldsOf(flags.field, program),
    faults: [...flags.fault, ...flags.faultFile],
    speed: flags.speed ?? (flags.tool.flyctl === undefined ? 10 : 1),
    tools: flags.tool,
    latencyMs: flags.latency,
    out: flags.out ?? null,
    world: flags.world ?? null,
    from: flags.from ?? null,
    repository: flags.repo ?? null,
    keep: flags.keep ?? false,
    json: flags.json ?? false,
    actor: flags.actor,
    approvals: flags.approve,
    pullRequest: pullRequestOf(flags, program),
    ...(flags.caller === undefined ? {} : { caller: flags.caller }),
  };
}

function pullRequestOf({ pullRequest, action, fork, field }: RawFlags, program: Command): PullRequestEvent | null {
  if (pullRequest === undefined) {
    if (action !== undefined || fork !== undefined) return program.error(`error: ${fork === undefined ? '--action' : '--fork'} is of a pull request. For example: --pull-request 12 ${fork === undefined ? `--action ${action ?? ''}` : '--fork'}`);
    return null;
  }
  if (field.length > 0) return program.error(`error: -f "${field[0] ?? ''}" is an input of a dispatch, and --pull-request ${pullRequest} is another event.`);
  return { number: pullRequest, action: action ?? 'opened', fork: fork ?? false };
}

const EXAMPLES = `
Examples:
  script/rehearse deploy-production --ref main
  script/rehearse deploy-production -f storefront=false --out /tmp/run
  script/rehearse deploy-production --fault 'tool flyctl 1 exit 0 without-effect'
  script/rehearse deploy-production --world /tmp/world      # and the same again: nothing to do
  script/rehearse preview-storefront --pull-request 12 --ref develop
  script/rehearse deploy-staging --repo ~/shop              # the workflow, the image and the migrations of a checkout
  script/rehearse --faults                                  # what can be made to go wrong

Exit code: 0 the workflow succeeded, 1 it failed (or a call left the twin, or a fault never fired), 2 the command line is wrong.`;

function tool(given: string, before: Tools): Tools {
  const [, name, path = ''] = /^([a-z]+)=(.+)$/u.exec(given) ?? [];
  if (name !== 'flyctl') throw new InvalidArgumentError('It must be flyctl=PATH; of other tools the real one runs always, or the stand-in.');
  const absolute = resolve(path);
  try {
    accessSync(absolute, constants.X_OK);
  } catch {
    throw new InvalidArgumentError(`${absolute} is no program that can be started.`);
  }
  return { ...before, flyctl: absolute };
}

function approval(given: string, before: Readonly<Record<string, Approval>>): Record<string, Approval> {
  const [, environment = '', answer = ''] = /^(.+)=([^=]*)$/u.exec(given) ?? [];
  if (answer !== 'yes' && answer !== 'no' && answer !== 'hold') throw new InvalidArgumentError('It must be ENVIRONMENT=yes, =no or =hold, for example production-approval=no.');
  return { ...before, [environment]: answer };
}

function pullRequestNumber(value: string): number {
  if (!/^[1-9]\d{0,8}$/u.test(value)) throw new InvalidArgumentError('It must be the number of a pull request, for example 12.');
  return Number(value);
}

function checkout(given: string): string {
  const absolute = resolve(given);
  if (!existsSync(join(absolute, '.git'))) throw new InvalidArgumentError(`${absolute} is no git checkout.`);
  return absolute;
}

function positive(value: string): number {
  const number = Number(value);
  if (!(number > 0 && Number.isFinite(number))) throw new InvalidArgumentError('It must be a number above 0, for example 10.');
  return number;
}

function duration(value: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s)$/u.exec(value);
  if (match === null) throw new InvalidArgumentError('It must be a duration, for example 50ms or 1s.');
  return Number(match[1]) * (match[2] === 's' ? 1000 : 1);
}
