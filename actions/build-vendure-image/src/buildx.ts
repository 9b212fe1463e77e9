export interface BuildPlan {
  /** `host/name:tag` */
  reference: string;
  dockerfile: string;
  context: string;
  metadataFile: string;
  /** What the Dockerfile may take by ARG: the image says itself which commit it is (docs/shop-contract.md). Never a secret. */
  buildArguments: Readonly<Record<'DEPLOY_SHA' | 'BUILT_AT', string>>;
  labels: Readonly<Record<string, string>>;
}

/** Fly takes no index with attestations, and runs linux/amd64. Labels stand last: what the Dockerfile says of them does not count. */
export function buildArguments(plan: BuildPlan): string[] {
  return [
    'buildx', 'build',
    '--file', plan.dockerfile,
    '--platform', 'linux/amd64',
    '--provenance=false',
    '--tag', plan.reference,
    '--metadata-file', plan.metadataFile,
    '--push',
    ...Object.entries(plan.buildArguments).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    ...Object.entries(plan.labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
    plan.context,
  ];
}

export const REVISION_LABEL = 'org.opencontainers.image.revision';

export function imageLabels(of: { sha: string; source: string; tag: string; created: string }): Record<string, string> {
  return {
    'org.opencontainers.image.source': of.source,
    'org.opencontainers.image.version': of.tag,
    'org.opencontainers.image.created': of.created,
    [REVISION_LABEL]: of.sha,
  };
}

/** Fly's registry says this both for a missing app and while it is unwell; only the second passes. */
export function isRegistryUnwell(output: string): boolean {
  return /\b(?:name )?unknown: app repository not found/i.test(output);
}

/** `containerimage.digest` of the metadata file, or null when docker wrote none. */
export function digestOfMetadata(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    const digest = typeof value === 'object' && value !== null && 'containerimage.digest' in value ? value['containerimage.digest'] : null;
    return typeof digest === 'string' && /^sha256:[0-9a-f]{64}$/.test(digest) ? digest : null;
  } catch {
    return null;
  }
}
