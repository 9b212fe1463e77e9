import { Command, InvalidArgumentError } from 'commander';

export interface DiagnoseOptions {
  /** Files with a log; empty: standard input, unless `run` is given. */
  readonly files: readonly string[];
  /** A run of GitHub Actions whose failed jobs are read. */
  readonly run: number | null;
  readonly repository: string | null;
  readonly environment: string;
  readonly config: string;
  readonly json: boolean;
}

/** Ends the process with code 2 and one sentence when the arguments do not fit. */
export function parseCommandLine(argv: readonly string[]): DiagnoseOptions {
  const program = new Command('script/diagnose')
    .description('Says why something failed, and what to type, by the catalogue of known failures (docs/recovery.md). It changes nothing.')
    .argument('[file...]', 'files with a log (default: standard input)')
    .option('--run <id>', 'the failed jobs of that run of GitHub Actions instead (the number in its address)', id)
    .option('--repository <owner/name>', 'where that run is (default: GITHUB_REPOSITORY, else the remote origin)')
    .option('--environment <name>', 'the environment that the commands name', 'production')
    .option('--config <file>', 'the deploy configuration, for the names in the commands', '.github/deploy.config.yml')
    .option('--json', 'one JSON document, for a program')
    .addHelpText('after', EXAMPLES)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  program.parse([...argv], { from: 'user' });
  const { run = null, repository = null, environment, config, json = false } = program.opts<{ run?: number; repository?: string; environment: string; config: string; json?: boolean }>();
  if (run !== null && program.args.length > 0) return program.error('error: give files or --run, not both');
  return { files: program.args, run, repository, environment, config, json };
}

const EXAMPLES = `
A log is read line by line; its last 2,000 lines count, and at most 100 MiB of a job are fetched.
With --run the token of GITHUB_TOKEN or GH_TOKEN, else of \`gh auth token\`, reads the logs.

Examples:
  script/diagnose deploy.log
  flyctl deploy 2>&1 | tee deploy.log | script/diagnose
  script/diagnose --run 1234567890 --environment staging

Exit code: 0 it is known, 1 it is not, 2 the command line is wrong or there was nothing to read.`;

function id(value: string): number {
  if (!/^[1-9]\d{0,15}$/u.test(value)) throw new InvalidArgumentError('It must be the number of a run, as in its address.');
  return Number(value);
}
