/** `registry/name[:tag][@digest]`, in the words of the OCI distribution specification. */
export interface ImageReference {
  /** Host with port. */
  registry: string;
  name: string;
  tag: string | null;
  digest: string | null;
}

// Grammar: distribution-spec, "Pulling manifests"; a registry must look like a host, because no default registry exists here.
const grammar =
  /^(?<registry>(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*(?::[0-9]{1,5})?)\/(?<name>[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/;

/** null when the text is not a complete reference. */
export function parseImageReference(text: string): ImageReference | null {
  const groups = text.length > 512 ? undefined : grammar.exec(text)?.groups;
  const registry = groups?.['registry'];
  const name = groups?.['name'];
  if (registry === undefined || name === undefined || !/[.:]|^localhost$/.test(registry)) return null;
  return { registry, name, tag: groups?.['tag'] ?? null, digest: groups?.['digest'] ?? null };
}

export function formatImageReference(reference: ImageReference): string {
  const tag = reference.tag === null ? '' : `:${reference.tag}`;
  return `${reference.registry}/${reference.name}${tag}${reference.digest === null ? '' : `@${reference.digest}`}`;
}
