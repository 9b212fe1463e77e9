import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '@vendure-deploy/shared/action';
import { environmentOf, loadConfig } from '@vendure-deploy/shared/config';
import { httpClient, useProxyFromEnvironment } from '@vendure-deploy/shared/net';
import { Secret } from '@vendure-deploy/shared/secrets';
import { parseCommandLine, type StatusOptions } from './command-line.ts';
import { githubOf } from './github.ts';
import { type Only, readProbe, tellProbe } from './one-probe.ts';
import { document, tell } from './screen.ts';
import { type Reading, readStatus } from './status.ts';
import { statusInside } from './world.ts';

const argv = process.argv.slice(2);
const options = parseCommandLine(argv);
try {
  process.exitCode = options.world === null ? await perform(options) : await statusInside(options.world, withoutWorld(argv));
} catch (error) {
  process.stderr.write(`status: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UserError || options.world !== null ? 2 : 1;
}

async function perform({ environment, config: file, repository, timeoutSeconds, json, watch, only }: StatusOptions): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  useProxyFromEnvironment();
  const config = await loadConfig(file);
  environmentOf(config, environment);
  const clock = { now: () => Date.now(), sleep: (ms: number, signal?: AbortSignal) => sleep(ms, undefined, signal === undefined ? {} : { signal }) };
  const http = httpClient({ signal: stop.signal });
  // One probe asks nobody but the surface.
  const found = only === null ? await githubOf({ http, repository, config: file }) : { why: '' };
  const reading = { config, environment, http, timeoutMs: timeoutSeconds * 1000, signal: stop.signal, clock, access: accessOf(), github: 'github' in found ? found.github : null, noGithub: 'why' in found ? found.why : '' };
  for (;;) {
    const { ok, text } = only === null ? await lookAtAll(reading, json) : await lookAtOne(reading, only, json);
    if (stop.signal.aborted) return 0;
    if (watch !== null && !json && process.stdout.isTTY) process.stdout.write('\u001B[2J\u001B[H');
    process.stdout.write(`${text}\n`);
    if (watch === null) return ok ? 0 : 1;
    await sleep(watch * 1000, undefined, { signal: stop.signal }).catch(() => undefined);
    if (stop.signal.aborted) return 0;
  }
}

interface Look {
  readonly ok: boolean;
  readonly text: string;
}

async function lookAtAll(reading: Reading, json: boolean): Promise<Look> {
  const status = await readStatus(reading);
  return { ok: status.ok, text: json ? document(status) : tell(status) };
}

async function lookAtOne(reading: Reading, only: Only, json: boolean): Promise<Look> {
  const rows = await readProbe(reading, only);
  return { ok: rows.every((row) => row.ok), text: json ? JSON.stringify({ 'schema-version': 1, environment: reading.environment, probes: rows }) : tellProbe(reading.environment, rows) };
}

function accessOf(): { id: Secret; secret: Secret } | null {
  const [id, secret] = [process.env['CF_ACCESS_CLIENT_ID'] ?? '', process.env['CF_ACCESS_CLIENT_SECRET'] ?? ''];
  return id === '' || secret === '' ? null : { id: new Secret(id), secret: new Secret(secret) };
}

function withoutWorld(given: readonly string[]): string[] {
  return given.filter((argument, index) => !argument.startsWith('--world=') && argument !== '--world' && given[index - 1] !== '--world');
}
