import type { CachePlan } from './caches.ts';

export interface Argv {
  /** `host/name:tag` */
  reference: string;
  dockerfile: string;
  context: string;
  platform: string;
  provenance: string;
  metadataFile: string;
  labels: Readonly<Record<string, string>>;
  buildArguments: Readonly<Record<string, string>>;
  /** Of the secrets: the id, and the variable that has the value. */
  secretVariables: Readonly<Record<string, string>>;
  cache: CachePlan;
}

/** Labels stand last: what the Dockerfile or anything before says of them does not count. */
export function buildArgv(of: Argv): string[] {
  return [
    'buildx', 'build',
    '--progress=plain',
    '--file', of.dockerfile,
    '--platform', of.platform,
    `--provenance=${of.provenance}`,
    '--sbom=false',
    '--tag', of.reference,
    '--metadata-file', of.metadataFile,
    '--push',
    ...of.cache.from.flatMap(({ value }) => ['--cache-from', value]),
    ...of.cache.to.flatMap(({ value }) => ['--cache-to', value]),
    ...Object.entries(of.secretVariables).flatMap(([id, variable]) => ['--secret', `id=${id},env=${variable}`]),
    ...Object.entries(of.buildArguments).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    ...Object.entries(of.labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
    of.context,
  ];
}
