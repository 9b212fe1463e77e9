import { z } from 'zod';

const metadata = z.object({ 'containerimage.digest': z.string().regex(/^sha256:[0-9a-f]{64}$/) });

/** `containerimage.digest` of docker's metadata file; null when it names none. (`--iidfile` would have the config's digest with the classic store.) */
export function digestOfMetadata(text: string): string | null {
  try {
    return metadata.parse(JSON.parse(text))['containerimage.digest'];
  } catch {
    return null;
  }
}
