import type { CloudflareWorld } from '../cloudflare/index.ts';
import type { FlyWorld } from '../fly/index.ts';
import type { Provider } from '../provider.ts';

/** The shop's own public hosts: a Machine of the app behind the host, or the Worker behind its route. */
export function shopHosts({ fly, cloudflare }: { fly: Pick<FlyWorld, 'claimsHost' | 'serve'>; cloudflare: Pick<CloudflareWorld, 'claimsHost' | 'serve'> }): Provider {
  return {
    name: 'shop',
    claims: (host) => fly.claimsHost(host) || cloudflare.claimsHost(host),
    isWrite: () => false,
    fetch: async (request) => {
      const host = new URL(request.url).hostname;
      return (await fly.serve(host, request)) ?? (await cloudflare.serve(host, request)) ?? new Response('No route.', { status: 404 });
    },
    stop: () => Promise.resolve(),
  };
}
