import { CLOUDFLARE_API } from '@vendure-deploy/shared/providers/cloudflare';
import type { Secret } from '@vendure-deploy/shared/secrets';
import { childEnvironment } from '@vendure-deploy/shared/tools';

interface Closed {
  /** A folder of this call: wrangler keeps logs, caches and logins below it. */
  readonly home: string;
  readonly outputFile: string;
  readonly accountId: string;
  readonly token: Secret;
}

/**
 * All that wrangler gets. What is set here wins over any `.env` file, so the address of the API and the account are set although they are
 * the defaults; and WRANGLER_LOG, because below `log` wrangler prints nothing at all and still says 0.
 */
export function wranglerEnvironment({ home, outputFile, accountId, token }: Closed): Record<string, string | Secret> {
  return {
    ...childEnvironment({
      HOME: home,
      CI: 'true',
      FORCE_COLOR: '0',
      NO_COLOR: '1',
      WRANGLER_HIDE_BANNER: 'true', // also keeps it from asking for a newer release
      WRANGLER_LOG: 'log',
      WRANGLER_LOG_SANITIZE: 'true',
      WRANGLER_OUTPUT_FILE_PATH: outputFile,
      WRANGLER_SEND_ERROR_REPORTS: 'false',
      WRANGLER_SEND_METRICS: 'false',
      CLOUDFLARE_API_BASE_URL: CLOUDFLARE_API,
      CLOUDFLARE_ACCOUNT_ID: accountId,
      CLOUDFLARE_COMPLIANCE_REGION: 'public',
    }),
    CLOUDFLARE_API_TOKEN: token,
  };
}
