import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Finding } from './linter.ts';

const entry = z.strictObject({
  tool: z.string(),
  /** Patterns of the path and of what is said. */
  path: z.string(),
  finding: z.string(),
  /** When it was looked at last. */
  since: z.iso.date(),
  reason: z.string().min(20),
});

export interface Judged {
  readonly left: readonly Finding[];
  /** Entries that no finding fits any more: what they excused is gone, and so do they. */
  readonly stale: readonly string[];
}

/** Findings that are no fault of ours, each with its reason; what a tool's own configuration or a comment would hide is told here or nowhere. */
export async function excuse(tool: string, findings: readonly Finding[]): Promise<Judged> {
  const entries = z.array(entry).parse(JSON.parse(await readFile(join(import.meta.dirname, 'excused.json'), 'utf8'))).filter((one) => one.tool === tool);
  const fits = (one: z.infer<typeof entry>, { path, text }: Finding): boolean => new RegExp(one.path, 'u').test(path) && new RegExp(one.finding, 'u').test(text);
  return {
    left: findings.filter((finding) => !entries.some((one) => fits(one, finding))),
    stale: entries.filter((one) => !findings.some((finding) => fits(one, finding))).map((one) => `${one.finding} (${one.path}, since ${one.since})`),
  };
}
