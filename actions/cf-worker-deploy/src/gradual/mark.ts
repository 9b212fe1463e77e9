import { z } from 'zod';

const split = z.array(z.object({ id: z.string(), percentage: z.number() }).readonly()).readonly();

const mark = z.object({
  worker: z.string(),
  accountId: z.string(),
  versionUrl: z.string(),
  old: z.object({ id: z.string(), sha: z.string().nullable() }),
  /** What of the live deployments is ours; `pending` was asked for, and its answer not seen. */
  trail: z.object({ deploymentId: z.string(), pending: z.array(split).readonly() }),
  wrangler: z.object({ version: z.string(), entry: z.string(), from: z.enum(['suite', 'shop']) }),
  seconds: z.object({ propagation: z.number(), interval: z.number(), wrangler: z.number() }),
  message: z.string(),
});

/** All that the post step needs to return, saved before each shift of traffic. No secret is in it: the post step has the inputs. */
export type Mark = z.infer<typeof mark>;

export const MARK = 'gradual';
/** Saved instead, once nothing is left to do. */
export const CONCLUDED = 'concluded';

export function readMark(saved: string): Mark | null {
  return saved === '' || saved === CONCLUDED ? null : mark.parse(JSON.parse(saved));
}
