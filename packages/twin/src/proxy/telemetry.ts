import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import known from './telemetry.json' with { type: 'json' };

const entries = z.array(z.object({ tool: z.string(), host: z.string(), reason: z.string() })).parse(known);

/** Hosts that tools report to or ask for updates: refused at once (a hang costs flyctl 10 s) and no stray calls. */
export async function telemetryHosts(): Promise<(host: string) => boolean> {
  const update = await updateHost();
  return (host) => host === update || entries.some((entry) => host === entry.host || host.endsWith(`.${entry.host}`));
}

/** wrangler and npm ask the package registry for newer versions; which one that is, npm's own configuration says. */
async function updateHost(): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('npm', ['config', 'get', 'registry'], { timeout: 10_000 });
    return new URL(stdout.trim()).hostname;
  } catch {
    return null; // without npm nothing asks its registry; a call there is then a stray call
  }
}
