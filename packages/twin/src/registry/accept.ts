/** What Debian's registry 2.8.2 calls each kind of manifest when it will not hand it out. */
const KINDS: Readonly<Record<string, string>> = {
  'application/vnd.oci.image.index.v1+json': 'OCI index',
  'application/vnd.oci.image.manifest.v1+json': 'OCI manifest',
  'application/vnd.docker.distribution.manifest.list.v2+json': 'manifest list',
  'application/vnd.docker.distribution.manifest.v2+json': 'manifest',
};

/**
 * Why the client does not get a manifest of this type; null when it does. The registry of Debian knows no wildcard: Node's fetch and curl, which send
 * nothing else, get a 404 for an image that is there. (Docker's own types it would turn into schema 1, which nobody should be given any more.)
 */
export function notAccepted(request: Request, mediaType: string): string | null {
  const accept = request.headers.get('accept');
  const kind = KINDS[mediaType];
  if (kind === undefined || accept === null) return null;
  const accepted = accept.split(',').map((one) => one.split(';')[0]?.trim().toLowerCase());
  return accepted.includes(mediaType) ? null : `${kind} found, but accept header does not support ${plural(kind)}`;
}

function plural(kind: string): string {
  return kind === 'OCI index' ? 'OCI indexes' : `${kind}s`;
}
