import { z } from 'zod';

export const MANIFEST_FILE = 'manifest.json';
/** Contents by their digest: an upload that leaves out hidden files changes nothing. */
export const CONTENTS = 'contents';
/** In the plugin's own folder: by it the host says which commit a copy is of. */
export const REVISION_FILE = '.deploy-revision';

/** A path below the plugin's folder. Control characters have no place in a log, nor in a name that somebody has to type. */
export const plainPath = z.string().regex(/^(?!\/)(?!.*(?:^|\/)\.{1,2}(?:\/|$))[^\p{Cc}\\\uFFFD]+$/u);

export const manifest = z.strictObject({
  'schema-version': z.literal(1),
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  plugin: z.string(),
  /** Of the plugin's own header. */
  version: z.string(),
  files: z.array(z.strictObject({ path: plainPath, sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().nonnegative() })).min(1),
});

/** What a building job hands to a deploying one. */
export type Manifest = z.infer<typeof manifest>;

/** Whoever knows the path could read them: the web server shows the plugin's folder. */
export function isPrivate(file: string): boolean {
  return /(?:^|\/)(?:\.git(?:\/|$)|\.env(?:\.[^/]*)?$|\.npmrc$|auth\.json$|id_(?:rsa|ed25519)$)/u.test(file);
}
