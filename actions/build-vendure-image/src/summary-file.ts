import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stopwatch } from '@vendure-deploy/shared/action';
import type { CopyResult, ImageLookup, PresentImage } from '@vendure-deploy/shared/providers/registry';
import { processRedactor } from '@vendure-deploy/shared/secrets';
import { type Built, REVISION_LABEL } from './buildx/index.ts';
import type { Job } from './job.ts';

/** What is known when the action ends, however it ends; null: it did not come to that. */
export interface Account {
  environment: string;
  sha: string;
  job: Job | null;
  found: ImageLookup | null;
  image: PresentImage | null;
  from: ImageLookup | null;
  copied: CopyResult | null;
  built: Built | null;
  watch: Stopwatch<'look-up' | 'promote' | 'build' | 'read-back'>;
  /** Of the time that look-up, copy and build together may take. */
  secondsLeft: number | null;
}

export interface Told {
  decision: string;
  reasonCode: string;
  message: string;
  source: string;
}

export interface SummaryPaths {
  directory: string;
  summary: string;
  log: string;
}

/** Both carry environment and SHA, so that several may lie in one folder. */
export function summaryPaths(directory: string, environment: string, sha: string): SummaryPaths {
  const name = `vendure-image-build-${environment}-${sha}`;
  return { directory, summary: join(directory, `${name}.summary.json`), log: join(directory, `${name}.log`) };
}

/** A reader never sees half of it. */
export async function writeSummary({ directory, summary }: SummaryPaths, document: Record<string, unknown>): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(`${summary}.part`, `${JSON.stringify(document, redacted, 2)}\n`);
  await rename(`${summary}.part`, summary);
}

/** The fields are the same for reuse, promotion, build and failure; what does not apply is null. */
export function summaryOf(account: Account, told: Told): Record<string, unknown> {
  const { job, image, copied, built } = account;
  return {
    'schema-version': 1,
    environment: account.environment,
    sha: account.sha,
    decision: told.decision,
    'reason-code': told.reasonCode,
    message: told.message,
    source: told.source === '' ? null : told.source,
    image: job === null ? null : `${job.place}:${job.tag}`,
    tag: job?.tag ?? null,
    digest: image?.digest ?? null,
    'platform-digest': image?.platformDigest ?? null,
    'media-type': image?.mediaType ?? null,
    platforms: image?.platforms ?? null,
    'label-check': image === null ? null : { label: image.labels[REVISION_LABEL] ?? null, matches: image.labels[REVISION_LABEL] === account.sha },
    registry: { own: account.found?.kind ?? null, source: account.from?.kind ?? null },
    'promoted-from': told.source === 'promoted' ? originOf(account) : null,
    copy: copied === null ? null : { ended: copied.kind, layers: copied.count.blobs, bytes: copied.count.bytes, manifests: copied.count.manifests },
    attempts: built?.attempts.map(({ seconds, cache, ended, said }) => ({ seconds: rounded(seconds), cache, ended, said })) ?? null,
    'cache-dropped': built?.cacheDropped ?? null,
    phases: Object.fromEntries(Object.entries(account.watch.seconds()).map(([name, seconds]) => [name, rounded(seconds)])),
    'seconds-left': account.secondsLeft === null ? null : rounded(account.secondsLeft),
  };
}

function originOf({ job, image }: Account): Record<string, unknown> | null {
  const source = job?.source ?? null;
  return source === null ? null : { name: source.name, repository: `${source.repository.host}/${source.repository.name}`, reference: source.reference, digest: image?.digest ?? null };
}

function redacted(_: string, value: unknown): unknown {
  return typeof value === 'string' ? processRedactor.redact(value) : value;
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
