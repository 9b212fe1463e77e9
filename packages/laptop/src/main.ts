import { realpath } from 'node:fs/promises';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { commandOf, parseCommandLine } from './command-line.ts';
import { dispatchable, helpOf } from './workflows.ts';

const argv = process.argv.slice(2);
const { options, usage } = parseCommandLine(argv);
// A terminal that is gone takes no line any more; the lock has to be given back all the same.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
const say = (line: string): void => { process.stderr.write(`deploy: ${line}\n`); };

try {
  process.exitCode = options.isHelp ? await help() : await perform();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  if (process.env['DEBUG'] === '1' && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
  process.exitCode = 2;
}

async function perform(): Promise<number> {
  // As the runner's own: the parser is large, and what V8 made of it is kept. A folder that cannot be written is no error.
  enableCompileCache(join(import.meta.dirname, '../../../node_modules/.cache/runner'));
  // Read only now: a command line that does not fit is answered at once.
  const [{ deploy }, { useProxyFromEnvironment }] = await Promise.all([import('./deploy.ts'), import('@vendure-deploy/shared/net')]);
  useProxyFromEnvironment();
  const isTerminal = process.stdin.isTTY && process.stderr.isTTY;
  const ending = await deploy(options, {
    shell: process.env,
    command: commandOf(options),
    say,
    onInterrupt: (press) => {
      const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
      for (const signal of signals) process.on(signal, press);
      return () => { for (const signal of signals) process.removeListener(signal, press); };
    },
    terminal: isTerminal ? { input: process.stdin, output: process.stderr } : null,
    screen: process.stderr,
  });
  switch (ending.kind) {
    case 'plan': process.stdout.write(ending.text); return 0;
    case 'declined': say('Not confirmed. Nothing was started.'); return 1;
    case 'ended': process.stdout.write(options.json ? `${JSON.stringify(ending.document, null, 2)}\n` : ending.text); return ending.ok ? 0 : 1;
  }
}

async function help(): Promise<number> {
  const there = await dispatchable(await realpath(options.repo).catch(() => options.repo));
  const one = there.find(({ workflow }) => workflow === options.workflow);
  if (options.workflow !== '' && one === undefined) {
    say(`there is no workflow "${options.workflow}". There is: ${there.map(({ workflow }) => workflow).join(', ') || 'none here; change to the shop\'s checkout, or name it:  --repo DIR'}`);
    return 2;
  }
  process.stdout.write(one !== undefined ? helpOf(one) : `${usage}${there.length === 0 ? '' : `\nWorkflows here:  ${there.map(({ workflow }) => workflow).join(', ')}\n`}`);
  return 0;
}
