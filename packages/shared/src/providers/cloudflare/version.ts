import { z } from 'zod';

export interface WorkerVersion {
  readonly id: string;
  readonly createdOn: string;
  /** What `wrangler deploy --tag` left: the commit. null for a version that a change of secrets or the dashboard made. */
  readonly tag: string | null;
  readonly message: string | null;
}

export const workerVersion = z
  .object({
    id: z.string(),
    metadata: z.object({ created_on: z.string() }),
    annotations: z.object({ 'workers/tag': z.string().nullish(), 'workers/message': z.string().nullish() }).nullish(),
  })
  .transform(({ id, metadata, annotations }): WorkerVersion => ({ id, createdOn: metadata.created_on, tag: annotations?.['workers/tag'] ?? null, message: annotations?.['workers/message'] ?? null }));
