import { join } from 'node:path';
import { insideWorld } from '@vendure-deploy/rehearsal';

// It only reads, and the world's GitHub would refuse more.
const PERMISSIONS = { contents: 'read', actions: 'read', deployments: 'read' } as const;

/** Starts this program again inside of a kept world: what it meets there is the twin, under the providers' own names. @returns its exit code */
export function statusInside(directory: string, argv: readonly string[]): Promise<number> {
  return insideWorld({
    directory,
    argv: (shop) => [process.execPath, ...process.execArgv, join(import.meta.dirname, 'main.ts'), ...argv, '--config', join(shop, '.github/deploy.config.yml')],
    workingDirectory: process.cwd(),
    permissions: PERMISSIONS,
    say: (line) => process.stderr.write(`${line.replace(/^rehearse:/u, 'status:')}\n`),
  });
}
