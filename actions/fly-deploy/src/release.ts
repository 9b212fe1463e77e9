import { z } from 'zod';

/** What flyctl printed of the release that it made (FLY_EMIT_RELEASE_JSON). */
export interface Release {
  readonly id: string;
  readonly version: string;
}

const line = z.object({ id: z.string(), version: z.number(), image_ref: z.string().optional() });

/** The one JSON line of a deploy that flyctl calls a success; null without it: a release is never guessed from other text. */
export function releaseOf(stdout: string): Release | null {
  for (const text of stdout.split('\n').reverse()) {
    if (!text.startsWith('{"id"')) continue;
    const said = line.safeParse(json(text));
    if (said.success) return { id: said.data.id, version: String(said.data.version) };
  }
  return null;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
