import { z } from 'zod';

/** A traffic split over one or two versions. */
export interface Deployment {
  readonly id: string;
  readonly createdOn: string;
  readonly versions: readonly { readonly id: string; readonly percentage: number }[];
}

/** Newest first, as Cloudflare answers it. */
export const deploymentList = z
  .object({ deployments: z.array(z.object({ id: z.string(), created_on: z.string(), versions: z.array(z.object({ version_id: z.string(), percentage: z.number() })).min(1) })) })
  .transform(({ deployments }): readonly Deployment[] =>
    deployments.map(({ id, created_on, versions }) => ({ id, createdOn: created_on, versions: versions.map((version) => ({ id: version.version_id, percentage: version.percentage })) })),
  );
