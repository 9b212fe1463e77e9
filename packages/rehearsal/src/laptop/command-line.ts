import { Command } from 'commander';

export interface TypedCommand {
  readonly directory: string;
  /** One argument is a line for the shell, several are a program and its arguments. */
  readonly argv: readonly [string, ...string[]];
}

/** Parses the arguments of `script/world`. Ends the process with code 2 and one sentence when they do not fit. */
export function parseCommandLine(given: readonly string[]): TypedCommand {
  const program = new Command('script/world')
    .description('Runs a command inside of a kept world of script/rehearse, as on the laptop of the operator: every provider is the twin, under its own name.')
    .usage('<dir> -- <command…>')
    .argument('<dir>', 'the folder of the world, as in script/rehearse --world')
    .argument('[command...]', 'one argument is a line for bash; several are a program and its arguments')
    .passThroughOptions()
    .addHelpText('after', EXAMPLES)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  program.parse([...given], { from: 'user' });
  // Behind the folder everything is the command's, and so `--` comes through as well.
  const [directory = '', ...command] = program.args;
  const [first, ...more] = command[0] === '--' ? command.slice(1) : command;
  if (first === undefined || first.trim() === '') return program.error("error: missing the command, for example  script/world /tmp/world -- 'flyctl status -a shop-production'");
  return { directory, argv: more.length === 0 ? ['bash', '-c', first] : [first, ...more] };
}

const EXAMPLES = `
It stands in the shop's checkout, logged in at GitHub, Fly and Cloudflare of that world. On its PATH are git, node, npm, pnpm, wrangler, and stand-ins for
flyctl (fly), docker and gh. The stand-in gh knows what the suite prints:
  gh workflow run <file.yml> [--ref REF] [-f name=value]…    runs the lane in this world, waits for it and says how it went; the real one returns at once
  gh run rerun <id> [--failed]                               the same for a run of this world
  gh run watch <id>, gh run view <id>                        how a run stands
  gh secret set NAME --env ENV                               reads the value from standard input; the next run in this world gets it
  gh api [-X METHOD] [--paginate] <path>, gh auth token      the rehearsed GitHub's REST API, and the token for it

Examples:
  script/rehearse deploy-production --world /tmp/world --fault 'tool flyctl 1 exit 0 without-effect'
  script/world /tmp/world -- 'gh workflow run deploy-production.yml -f dashboard=false'
  script/world /tmp/world -- script/status production
  script/world /tmp/world -- 'script/deploy deploy-staging --ref develop'
  script/world /tmp/world -- bash                            # several in a row; exit leaves the world

Exit code: the command's own; 2 the command line is wrong or there is no such world.`;
