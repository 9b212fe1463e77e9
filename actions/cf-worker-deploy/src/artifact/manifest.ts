import { z } from 'zod';

export const MANIFEST_FILE = 'manifest.json';
/** Contents by their digest: an upload that leaves out hidden files, or a file system that knows no case, changes nothing. */
export const CONTENTS = 'contents';

const path = z.string().regex(/^(?!\/)(?!.*(?:^|\/)\.{1,2}(?:\/|$))[^\0\\]+$/);

export const manifest = z.strictObject({
  'schema-version': z.literal(1),
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  surface: z.enum(['dashboard', 'storefront']),
  environment: z.string(),
  files: z.array(z.strictObject({ path, sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().nonnegative() })).min(1),
});

/** What a building job hands to a deploying one. Paths are those of the repository. */
export type Manifest = z.infer<typeof manifest>;

/** wrangler reads these by itself: they could send the token elsewhere, and hold secrets that no artifact should. */
export function isEnvironmentFile(file: string): boolean {
  return /(?:^|\/)\.(?:env|dev\.vars)(?:\.[^/]*)?$/u.test(file);
}
