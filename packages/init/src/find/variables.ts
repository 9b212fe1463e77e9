import { basename } from 'node:path/posix';
import type { Checkout } from '../checkout.ts';

const SOURCE = /\.[cm]?[jt]s$/u;
/** Of `process.env`, or of what it was handed on as. */
const READ = /\b(?:env|environment)(?:\.|(?:\[|,)\s*['"`])(?<name>[A-Z][A-Z0-9_]*)/gu;
/** What the platform, the image and a runner give by themselves. */
const GIVEN = /^(?:NODE_ENV|NODE_OPTIONS|PORT|HOST|HOSTNAME|HOME|PATH|PWD|USER|TMPDIR|TZ|CI|DEPLOY_SHA|BUILT_AT|PRIMARY_REGION|(?:FLY|GITHUB|RUNNER|NX|NPM)_.*|.*_TELEMETRY)$/iu;
/** Enough for a server; a checkout with more is not read to its end for a hint. */
const MOST_FILES = 1000;

/** The variables that the server's sources read, and nothing gives them: they may be its secrets. */
export async function findVariables(server: string, given: readonly string[], { files, read }: Pick<Checkout, 'files' | 'read'>): Promise<string[]> {
  const own = files.filter((file) => SOURCE.test(file) && (server === '.' || file.startsWith(`${server}/`)) && !/\.(?:test|spec|e2e-spec)\.|(?:^|\/)(?:tests?|e2e|migrations?)\//u.test(file) && !basename(file).includes('.config.'));
  const names = new Set<string>();
  for (const file of own.slice(0, MOST_FILES)) for (const { groups } of ((await read(file)) ?? '').matchAll(READ)) names.add(groups?.['name'] ?? '');
  return [...names].filter((name) => !GIVEN.test(name) && !given.includes(name)).sort();
}
