import { parseCommandLine, type RehearsalOptions } from './command-line.ts';
import { faultList, faultListJson } from './fault-list.ts';
import { exitCodeOf } from './outcome.ts';
import { rehearse } from './rehearse.ts';
import { tell } from './screen.ts';

const command = parseCommandLine(process.argv.slice(2));
if (command.kind === 'list-faults') process.stdout.write(command.json ? faultListJson() : faultList());
else await perform(command.options);

async function perform(options: RehearsalOptions): Promise<void> {
  const cancel = new AbortController();
  process.once('SIGINT', () => cancel.abort());
  process.once('SIGTERM', () => cancel.abort());

  try {
    const outcome = await rehearse(options, { say: (line) => process.stderr.write(`${line}\n`), signal: cancel.signal });
    process.stdout.write(options.json ? `${JSON.stringify(outcome, null, 2)}\n` : tell(outcome));
    process.exitCode = exitCodeOf(outcome);
  } catch (error) {
    process.stderr.write(`rehearse: ${error instanceof Error ? error.message : String(error)}\n`);
    if (process.env['DEBUG'] === '1' && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
    process.exitCode = 2;
  }
}
