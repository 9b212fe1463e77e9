import { dirname } from 'node:path';

export type ConformanceTool = 'dockerd' | 'docker-registry' | 'skopeo' | 'busybox' | 'just' | 'gh' | 'sshd' | 'rsync' | 'php8.2';

/** A program that `script/conformance` has installed and named in `CONFORMANCE_TOOLS` (JSON: name to path). @throws {Error} started in another way */
export function conformanceTool(name: ConformanceTool): string {
  const tools = JSON.parse(process.env['CONFORMANCE_TOOLS'] ?? '{}') as Partial<Record<ConformanceTool, string>>;
  const path = tools[name];
  if (path === undefined) throw new Error(`${name} is not named in CONFORMANCE_TOOLS. These tests are run by  script/conformance`);
  return path;
}

/** Where the tool's packages were unpacked. */
export function unpacked(name: ConformanceTool): string {
  return dirname(dirname(conformanceTool(name)));
}
