import { stripVTControlCharacters } from 'node:util';
import { processRedactor } from '@vendure-deploy/shared/secrets';
import { z } from 'zod';

/** What wrangler wrote to WRANGLER_OUTPUT_FILE_PATH. A hint, as all that it says. */
export interface WranglerOutput {
  readonly versionId: string | null;
  readonly failure: string | null;
}

const entry = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['deploy', 'version-upload']), version_id: z.string().nullish() }),
  z.object({ type: z.literal('command-failed'), message: z.string().nullish() }),
]);

export function readOutput(ndjson: string): WranglerOutput {
  let seen: WranglerOutput = { versionId: null, failure: null };
  for (const line of ndjson.split('\n')) {
    const parsed = entry.safeParse(json(line));
    if (!parsed.success) continue;
    if (parsed.data.type !== 'command-failed') seen = { ...seen, versionId: parsed.data.version_id ?? null };
    else seen = { ...seen, failure: parsed.data.message ?? null };
  }
  return seen;
}

/** wrangler's first error, in one line; '' when it named none. After a refused token a second one follows, about a call of its own. */
export function firstError(stdout: string, stderr: string, failure: string | null): string {
  const plain = stripVTControlCharacters(`${stderr}\n${stdout}`);
  const said = /\[ERROR\]\s*([^\n]*(?:\n+[ \t]+[^\n]+)*)/u.exec(plain)?.[1];
  // Redacted before it is cut: half a secret is no form that the redactor knows.
  return processRedactor.redact((said ?? failure ?? '').replaceAll(/\s+/gu, ' ').trim()).slice(0, 400);
}

function json(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
