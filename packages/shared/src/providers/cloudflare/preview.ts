import { z } from 'zod';
import { ProviderError } from '../error.ts';
import { caller, type CloudflareClientOptions } from './call.ts';

/** What a Worker needs that lives on workers.dev and goes away again. All throw ProviderError; of a removal, only a read tells whether it was done. */
export interface CloudflarePreviewClient {
  /** The account's own name below workers.dev. `not-found`: it has none yet. @see https://developers.cloudflare.com/api/resources/workers/subresources/subdomains/methods/get/ */
  accountSubdomain(): Promise<string>;
  /** Whether there is such a Worker, deployed or not. */
  exists(worker: string): Promise<boolean>;
  /**
   * The preview's Worker with all its versions, also when another one is bound to it. `not-found`: there is none. No other name can be given:
   * it is made here.
   * @see https://developers.cloudflare.com/api/resources/workers/subresources/scripts/methods/delete/
   */
  deletePreview(preview: PreviewName): Promise<void>;
}

/** The Worker of a pull request is called `<prefix>-<number>`. */
export interface PreviewName {
  readonly prefix: string;
  readonly pullRequest: number;
}

/** @throws {RangeError} for a number or a prefix that could name another Worker */
export function previewName({ prefix, pullRequest }: PreviewName): string {
  if (prefix === '' || !Number.isSafeInteger(pullRequest) || pullRequest < 1) throw new RangeError(`${JSON.stringify(prefix)} and ${pullRequest} name no preview`);
  return `${prefix}-${pullRequest}`;
}

const accountSubdomain = z.object({ subdomain: z.string().regex(/^[a-z0-9-]+$/) });

export function cloudflarePreviewClient(options: CloudflareClientOptions): CloudflarePreviewClient {
  const call = caller(options);
  const workers = `accounts/${encodeURIComponent(options.accountId)}/workers`;
  const scriptOf = (worker: string): string => `${workers}/scripts/${encodeURIComponent(worker)}`;
  return {
    accountSubdomain: async () => (await call({ method: 'GET', path: `${workers}/subdomain`, what: 'the workers.dev name of the account', shape: accountSubdomain })).subdomain,
    async exists(worker) {
      try {
        await call({ method: 'GET', path: `${scriptOf(worker)}/settings`, what: `the settings of ${worker}`, shape: z.unknown() });
        return true;
      } catch (error) {
        if (error instanceof ProviderError && error.code === 'not-found') return false;
        throw error;
      }
    },
    async deletePreview(preview) {
      const worker = previewName(preview);
      await call({ method: 'DELETE', path: `${scriptOf(worker)}?force=true`, what: `the removal of ${worker}`, shape: z.unknown() });
    },
  };
}
