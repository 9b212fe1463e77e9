import { spawn } from 'node:child_process';
import { join, relative } from 'node:path';
import { UserError } from '@vendure-deploy/shared/action';
import { type InitOptions, parseCommandLine } from './command-line.ts';
import { init } from './init.ts';
import { document, nextOf, tell } from './tell.ts';

const SUITE = join(import.meta.dirname, '../../..');

const options = parseCommandLine(process.argv.slice(2));
try {
  process.exitCode = await perform(options);
} catch (error) {
  process.stderr.write(`init: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UserError ? 2 : 1;
}

async function perform({ json, dryRun, rehearse, ...asked }: InitOptions): Promise<number> {
  const outcome = await init({ ...asked, dryRun });
  const isWhole = outcome.missing.length === 0 && outcome.fault === '';
  const near = relative(process.cwd(), SUITE) || '.';
  const suite = near.length < SUITE.length ? near : SUITE;
  const next = nextOf(outcome, { rehearse: rehearse && !json, dryRun }, suite);
  const command = `${suite}/script/init${asked.repo === '.' ? '' : ` --repo ${asked.repo}`}`;
  process.stdout.write(json ? `${document(outcome)}\n` : tell(outcome, next, { dryRun, pin: asked.pin, command }));
  return next.kind === 'rehearse' ? rehearsed(next.lane, outcome.root) : isWhole ? 0 : 1;
}

/** In a process of its own, as a person would type it. @returns its exit code */
function rehearsed(lane: string, repository: string): Promise<number> {
  process.stdout.write(`Everything is committed. Rehearsing it:  script/rehearse ${lane} --repo ${repository}\n\n`);
  const child = spawn(join(SUITE, 'script/rehearse'), [lane, '--repo', repository], { stdio: 'inherit' });
  // The terminal's Ctrl-C reaches the rehearsal, too: it cancels its run, and this waits for what it says.
  process.on('SIGINT', () => undefined);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
