import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EnvironmentConfig } from '@vendure-deploy/shared/config';
import type { HttpClient } from '@vendure-deploy/shared/net';
import { readVersion } from '@vendure-deploy/shared/probe';
import { SURFACES } from '@vendure-deploy/shared/release';
import { z } from 'zod';

/** What a surface serves, and how that compares with what it was to serve. */
export interface Serving {
  readonly surface: string;
  readonly sha: string | null;
  readonly remark: string;
}

const observed = z.union([z.object({ kind: z.literal('confirmed'), sha: z.string() }), z.object({ kind: z.literal('stale'), sha: z.string().nullable(), mixed: z.array(z.string()).optional() }), z.object({ kind: z.literal('unknown'), why: z.string() })]);
const report = z.object({ verdict: z.string(), surfaces: z.record(z.string(), z.object({ before: z.string().nullish(), intended: z.string(), observed })), next: z.array(z.string()) });

export type Report = z.infer<typeof report>;

/** What the run's own report has found; null: it did not get that far. */
export async function readReport(artifacts: string, environment: string): Promise<Report | null> {
  const text = await readFile(join(artifacts, `deploy-report-${environment}`, 'deploy-report.json'), 'utf8').catch(() => null);
  return text === null ? null : (report.safeParse(JSON.parse(text)).data ?? null);
}

export function reported({ surfaces }: Report): Serving[] {
  return Object.entries(surfaces).map(([surface, { before, intended, observed: seen }]) => ({ surface, ...compared(seen, intended, before) }));
}

function compared(seen: z.infer<typeof observed>, intended: string, before: string | null | undefined): Omit<Serving, 'surface'> {
  if (seen.kind === 'unknown') return { sha: null, remark: `not read: ${seen.why}` };
  if (seen.kind === 'stale' && seen.mixed !== undefined) return { sha: null, remark: `mixed: ${seen.mixed.map((one) => one.slice(0, 7)).join(' and ')}` };
  const { sha } = seen;
  return { sha, remark: sha === null ? 'nothing' : sha === intended ? (before === sha ? 'as before, and as wanted' : 'new') : sha === before ? 'old' : 'neither old nor new' };
}

const READ_MS = 5_000;

/** A look of our own, where there is no report. */
export function look({ surfaces }: EnvironmentConfig, http: HttpClient, signal: AbortSignal): Promise<Serving[]> {
  return Promise.all(SURFACES.flatMap((surface) => {
    const place = surfaces[surface];
    if (place === undefined || place['public-url'] === undefined) return [];
    return [readVersion({ http, signal, url: `${place['public-url']}${place['version-path']}`, timeoutMs: READ_MS }).then((read): Serving => (read.kind === 'serves' ? { surface, sha: read.sha, remark: '' } : { surface, sha: null, remark: `not read: ${read.why}` }))];
  }));
}
