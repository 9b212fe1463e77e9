import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '@vendure-deploy/shared/action';
import type { Secret } from '@vendure-deploy/shared/secrets';
import { runTool, type ToolResult } from '@vendure-deploy/shared/tools';
import { wranglerEnvironment } from './environment.ts';
import type { Wrangler } from './wrangler.ts';
import { firstError, readOutput, type WranglerOutput } from './output.ts';

interface Call {
  readonly wrangler: Wrangler;
  readonly args: readonly string[];
  /** null: an empty folder, where no configuration and no `.env` is found. */
  readonly cwd: string | null;
  readonly accountId: string;
  readonly token: Secret;
  /** Of the version that this call uploads; in a file of its own, which only this user reads and only this call has. */
  readonly secrets?: ReadonlyMap<string, Secret>;
  readonly temporary: string;
  readonly seconds: number;
  readonly signal: AbortSignal;
  readonly log: Log;
}

export type Said = Pick<ToolResult, 'exitCode' | 'timedOut'> & WranglerOutput & { readonly firstError: string };

// After a cancel GitHub leaves 7.5 s: wrangler gets one of them, so that there is time to read what serves.
const GRACE_MS = 1000;

/** One call of wrangler in a home of its own, which is gone afterwards. @returns what it said, which proves nothing */
export async function callWrangler({ wrangler, args, cwd, accountId, token, secrets = new Map(), temporary, seconds, signal, log }: Call): Promise<Said> {
  const home = await mkdtemp(join(temporary, 'wrangler-'));
  const outputFile = join(home, 'output.ndjson');
  try {
    const more = secrets.size === 0 ? [] : ['--secrets-file', await secretsFile(home, secrets)];
    const result = await runTool({
      // The Node that runs us: wrangler refuses old ones, and the job's own may be one.
      command: process.execPath,
      args: [wrangler.entry, ...args, ...more],
      cwd: cwd ?? home,
      environment: wranglerEnvironment({ home, outputFile, accountId, token }),
      deadlineMs: seconds * 1000,
      signal,
      graceMs: GRACE_MS,
      log,
    });
    const output = readOutput(await readFile(outputFile, 'utf8').catch(() => ''));
    const { cancelled, timedOut } = result;
    // Interrupted, wrangler says 0.
    return { exitCode: cancelled || timedOut ? null : result.exitCode, timedOut, ...output, firstError: firstError(result.stdout, result.stderr, output.failure) };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** JSON: in wrangler's other form, `$NAME` in a value would be replaced by a variable of the process. */
async function secretsFile(home: string, secrets: ReadonlyMap<string, Secret>): Promise<string> {
  const path = join(home, 'secrets.json');
  await writeFile(path, JSON.stringify(Object.fromEntries([...secrets].map(([name, value]) => [name, value.reveal()]))), { mode: 0o600 });
  return path;
}
