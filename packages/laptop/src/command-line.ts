import { collect, fieldsOf } from '@vendure-deploy/runner';
import { Command, InvalidArgumentError } from 'commander';

export interface DeployOptions {
  /** '' with `isHelp` only. */
  readonly workflow: string;
  /** null: the default branch of GitHub's repository. */
  readonly ref: string | null;
  readonly inputs: Readonly<Record<string, string>>;
  readonly confirm: string | null;
  readonly repo: string;
  readonly secretFiles: readonly string[];
  readonly out: string | null;
  readonly plain: boolean;
  readonly json: boolean;
  readonly plan: boolean;
  readonly isHelp: boolean;
}

interface RawFlags {
  ref?: string;
  field: string[];
  confirm?: string;
  repo: string;
  secretFile: string[];
  out?: string;
  plain?: boolean;
  json?: boolean;
  plan?: boolean;
  dryRun?: boolean;
  help?: boolean;
}

export interface CommandLine {
  readonly options: DeployOptions;
  /** The text of --help, without a workflow. */
  readonly usage: string;
}

/** Parses the arguments of `script/deploy`. Ends the process with code 2 and one sentence when they do not fit. */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const program = new Command('script/deploy')
    .description("Deploys from this machine, for real: the shop's own workflow with your own credentials. It takes the same lock as GitHub's runs.")
    .usage('[options] <workflow>')
    .argument('[workflow]', 'a workflow of the shop, for example deploy-production')
    .argument('[more...]')
    .option('--ref <ref>', "the branch or tag at GitHub whose workflow runs, or a commit that is deployed (default: GitHub's default branch)", ref)
    .option('-f, --field <name=value>', 'an input of the workflow, as in `gh workflow run` (repeatable)', collect, [])
    .option('--confirm <environment>', 'what would be asked before production: type its name')
    .option('--dry-run', 'the flight plan alone; nothing is changed (-f dry_run=true)')
    .option('--plan', 'print which jobs would run, and run none')
    .option('--repo <dir>', "the shop's checkout", '.')
    .option('--secret-file <file>', 'lines NAME=VALUE: secrets, before those of this shell (repeatable)', collect, [])
    .option('--out <dir>', 'keep outcome.json, summary.md, log.txt, the artifacts and the log of each step here')
    .option('--plain', 'one line for each change instead of a live view, as without a terminal')
    .option('--json', 'print outcome.json to standard output')
    .helpOption(false)
    .option('-h, --help', 'this; behind a workflow: its inputs')
    .addHelpText('after', EXAMPLES)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  program.parse([...argv], { from: 'user' });
  const flags = program.opts<RawFlags>();
  const [workflow, ...more] = program.args;
  const [extra] = more;
  if (extra !== undefined) program.error(/^ref=./u.test(extra) ? `error: "${extra}" is no option. Type:  --ref ${extra.slice(4)}` : `error: "${extra}" is one argument too many. An input is given as  -f name=value , the branch as  --ref REF`);
  if (workflow === undefined && flags.help !== true) program.error("error: missing required argument 'workflow', for example deploy-production. All of them:  script/deploy --help");
  const inputs: Record<string, string> = { ...fieldsOf(flags.field, program), ...(flags.dryRun === true ? { dry_run: 'true' } : {}) };
  const given = /^ref=(.+)$/u.exec(inputs['ref'] ?? '')?.[1];
  if (given !== undefined) program.error(`error: the input \`ref\` is "ref=${given}". Type:  -f ref=${given}`);
  return {
    usage: program.helpInformation(),
    options: {
      workflow: (workflow ?? '').replace(/^.*\//u, '').replace(/\.ya?ml$/u, ''),
      ref: flags.ref ?? null,
      inputs,
      confirm: flags.confirm ?? null,
      repo: flags.repo,
      secretFiles: flags.secretFile,
      out: flags.out ?? null,
      plain: flags.plain ?? false,
      json: flags.json ?? false,
      plan: flags.plan ?? false,
      isHelp: flags.help ?? false,
    },
  };
}

/** Pure. What is typed to do the same again: whoever types it is asked again, and looks at it as they like. */
export function commandOf({ workflow, ref: at, inputs, repo, secretFiles }: Pick<DeployOptions, 'workflow' | 'ref' | 'inputs' | 'repo' | 'secretFiles'>): string {
  const more = [...(at === null ? [] : ['--ref', at]), ...Object.entries(inputs).flatMap(([name, value]) => ['-f', `${name}=${value}`]), ...(repo === '.' ? [] : ['--repo', repo]), ...secretFiles.flatMap((file) => ['--secret-file', file])];
  return ['script/deploy', workflow, ...more.map(quoted)].join(' ');
}

/** For a shell, and only where it needs it. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/u.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

const EXAMPLES = `
Your credentials: GITHUB_TOKEN or GH_TOKEN, else \`gh auth token\`. A secret of the workflow is the variable of its name in this shell (FLY_API_TOKEN,
CLOUDFLARE_API_TOKEN, …), a line of --secret-file, or one of ~/.config/vendure-deploy/<owner>/<name>/<environment>.env. Nothing else of this shell reaches a step but
where it finds tools, the network and your AWS profile.

Examples:
  script/deploy deploy-staging --ref develop -f allow_pending_migration=true
  script/deploy deploy-production --ref main -f dashboard=false
  script/deploy deploy-production --dry-run
  script/deploy deploy-production --help

Ctrl-C once cancels as GitHub's button does, twice says what is still at work, a third time kills it.
Exit code: 0 the workflow succeeded, 1 it failed or was cancelled, 2 the command line, the checkout or the configuration is wrong.`;

function ref(value: string): string {
  const named = /^(?:ref|branch)=(.+)$/u.exec(value)?.[1];
  if (named !== undefined) throw new InvalidArgumentError(`Type:  --ref ${named}`);
  if (value === '' || value.startsWith('-')) throw new InvalidArgumentError('It must be a branch, a tag or a commit.');
  return value.replace(/^refs\/(?:heads|tags)\//u, '');
}
