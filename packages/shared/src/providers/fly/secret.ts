import { z } from 'zod';
import type { Machine } from './machine.ts';

/** A secret of an app as Fly lists it: a value is never given back. */
export interface FlySecret {
  readonly name: string;
  /** How Fly makes it is not documented. */
  readonly digest: string;
  /** Milliseconds since 1970; null when Fly does not say. */
  readonly updatedAt: number | null;
}

export interface FlyRelease {
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

const time = z.string().transform((text) => Date.parse(text)).refine((at) => !Number.isNaN(at));

const secret = z.object({ name: z.string(), digest: z.string(), updated_at: time.nullish() });
const release = z.object({ version: z.number(), created_at: time });

export const secretList = z.object({ secrets: z.array(secret) }).transform(({ secrets }) => secrets.map(({ name, digest, updated_at: at }): FlySecret => ({ name, digest, updatedAt: at ?? null })));
export const releaseList = z.object({ releases: z.array(release) }).transform(({ releases }) => releases.map(({ version, created_at: createdAt }): FlyRelease => ({ version: String(version), createdAt })));

/**
 * The secrets that are not in every Machine yet, as flyctl reckons it (`secrets list`, 0.4.87): a Machine has what was set before its release was made.
 * Pure. A secret without a time, and a Machine of a release that is not listed, tell nothing: neither makes a secret staged.
 */
export function stagedSecrets(secrets: readonly FlySecret[], machines: readonly Machine[], releases: readonly FlyRelease[]): string[] {
  const made = new Map(releases.map(({ version, createdAt }) => [version, createdAt]));
  const times = machines.flatMap(({ releaseVersion }) => made.get(releaseVersion) ?? []);
  return secrets.filter(({ updatedAt }) => updatedAt !== null && times.some((at) => updatedAt > at)).map(({ name }) => name);
}
