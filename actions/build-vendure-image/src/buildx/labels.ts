export const REVISION_LABEL = 'org.opencontainers.image.revision';

/** What an image says of itself; the revision stands last. */
export function imageLabels(of: { sha: string; source: string; tag: string; created: string }): Record<string, string> {
  return {
    'org.opencontainers.image.source': of.source,
    'org.opencontainers.image.version': of.tag,
    'org.opencontainers.image.created': of.created,
    [REVISION_LABEL]: of.sha,
  };
}
