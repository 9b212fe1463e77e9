import { processRedactor, type Secret } from '@vendure-deploy/shared/secrets';
import type { Builder } from './builder.ts';
import { openRelay } from './cache-relay.ts';
import type { GhaOffer } from './gha-offer.ts';

/** The variables by which buildx reaches GitHub's cache, for one attempt: none without an offer. */
export interface GhaEnvironment extends AsyncDisposable {
  readonly environment: Record<string, string | Secret>;
}

export async function ghaEnvironment(offer: GhaOffer | null, builder: Builder, environment: Readonly<Record<string, string | undefined>>): Promise<GhaEnvironment> {
  if (offer === null) return { environment: {}, [Symbol.asyncDispose]: () => Promise.resolve() };
  processRedactor.register(offer.token);
  const relayed = sharesOurLoopback(builder, environment);
  await using relays = new AsyncDisposableStack();
  const reach = async (url: string | null): Promise<string | null> => (url === null || !relayed ? url : relays.use(await openRelay(url)).url);
  const addresses = { ACTIONS_CACHE_URL: await reach(offer.url), ACTIONS_RESULTS_URL: await reach(offer.resultsUrl), ACTIONS_CACHE_SERVICE_V2: offer.v2 ? 'true' : null };
  const opened = relays.move();
  return {
    environment: { ACTIONS_RUNTIME_TOKEN: offer.token, ...Object.fromEntries(Object.entries(addresses).filter((entry): entry is [string, string] => entry[1] !== null)) },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** The daemon's own BuildKit, over a socket of this machine; one in a container has a loopback of its own. */
function sharesOurLoopback({ driver }: Builder, { DOCKER_HOST: host = '' }: Readonly<Record<string, string | undefined>>): boolean {
  return driver === 'docker' && (host === '' || host.startsWith('unix:'));
}
