import type { AgentOptions } from 'node:https';

/** What each of AWS's clients is made with. */
export interface ClientSettings {
  readonly region: string;
  readonly maxAttempts: number;
  readonly requestHandler: {
    readonly httpsAgent: AgentOptions;
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
  };
}

/** Measured with client-sts 3.1173.0: neither NODE_USE_ENV_PROXY nor `setGlobalProxyFromEnv` reaches the clients' own agent, and a timeout without `throwOnRequestTimeout` only warns. */
export function clientSettings(region: string): ClientSettings {
  return {
    region,
    // Throttling is waited out (1 to 2.4 s); what is permanent is not tried again.
    maxAttempts: 3,
    requestHandler: { httpsAgent: { keepAlive: true, proxyEnv: process.env }, connectionTimeout: 5_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
  };
}
