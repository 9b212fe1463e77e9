import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { Refused } from './plan/fields.ts';
import { parseFlags } from './command-line/flags.ts';
import { tell } from './command-line/screen.ts';

const flags = parseFlags(process.argv.slice(2));
const cancel = new AbortController();
const shutdown = new AbortController();
process.on('SIGINT', () => cancel.abort());
process.on('SIGTERM', () => shutdown.abort());
// `… --plan | head` closes the pipe: nobody reads on, so there is nothing more to say.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
const stage = { say: (line: string) => process.stderr.write(`${line}\n`), cancel: cancel.signal, shutdown: shutdown.signal };

try {
  // The sources are TypeScript, and the parser is large: what V8 made of them is kept, and the next start takes half the time. A folder that cannot be
  // written is no error.
  enableCompileCache(join(import.meta.dirname, '../../../node_modules/.cache/runner'));
  // Read only now: a command line that does not fit is answered at once.
  const { perform, plan } = await import('./command-line/perform.ts');
  if (flags.plan) {
    process.stdout.write(`${JSON.stringify(await plan(flags, stage), null, 2)}\n`);
  } else {
    const outcome = await perform(flags, stage);
    process.stdout.write(flags.json ? `${JSON.stringify(outcome, null, 2)}\n` : tell(outcome));
    process.exitCode = outcome.conclusion === 'success' ? 0 : 1;
  }
} catch (error) {
  const refused = error instanceof Refused ? error.refusal : null;
  process.stderr.write(refused === null ? `workflow: ${error instanceof Error ? error.message : String(error)}\n` : `workflow: refused: ${refused.message} (${refused.file}:${refused.line})\n`);
  if (process.env['DEBUG'] === '1' && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
  process.exitCode = refused === null ? 2 : 1;
}
