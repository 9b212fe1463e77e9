import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Somebody else's client of registries, as command lines; `layout` is an OCI layout with one image in it. */
export interface Client {
  push(layout: string, to: string): readonly string[];
  pull(from: string, layout: string): readonly string[];
  copy(from: string, to: string): readonly string[];
}

export const CLIENTS = {
  crane: (path: string): Client => ({
    push: (layout, to) => [path, 'push', layout, to],
    pull: (from, layout) => [path, 'pull', '--format=oci', from, layout],
    copy: (from, to) => [path, 'copy', from, to],
  }),
  skopeo: (path: string): Client => {
    // Any signature will do, plain http is allowed, and all platforms are meant.
    const copy = [path, '--insecure-policy', 'copy', '--quiet', '--all', '--preserve-digests'];
    const [source, destination] = ['--src-tls-verify=false', '--dest-tls-verify=false'];
    return {
      push: (layout, to) => [...copy, destination, `oci:${layout}:v1`, `docker://${to}`],
      pull: (from, layout) => [...copy, source, `docker://${from}`, `oci:${layout}:v1`],
      copy: (from, to) => [...copy, source, destination, `docker://${from}`, `docker://${to}`],
    };
  },
} as const;

export type ClientName = keyof typeof CLIENTS;

/** The digest of the image in a layout; null when there is none. */
export async function digestIn(layout: string): Promise<string | null> {
  const text = await readFile(join(layout, 'index.json'), 'utf8').catch(() => '{}');
  return (JSON.parse(text) as { manifests?: { digest: string }[] }).manifests?.[0]?.digest ?? null;
}
