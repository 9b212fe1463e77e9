import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createFaultScript } from '../faults/index.ts';
import { fail, serve } from '../proxy/index.ts';
import { createRegistryWorld, type RegistryOptions, type RegistryWorld } from '../registry/index.ts';

export interface ServeRegistryOptions extends RegistryOptions {
  /** Fault lines; only those of the provider `registry` are taken. */
  readonly faults?: readonly string[];
  /** The faults' own waits run this many times faster. Default 1. */
  readonly speed?: number;
  /** Added to every round trip. Default 0. */
  readonly latencyMs?: number;
  /** Told of each request before it is looked at: what somebody else does to the registry at that moment. */
  readonly before?: (asked: Pick<RegistryRequest, 'method' | 'path' | 'query'>) => void | Promise<void>;
}

/** One request that was answered, or was left without an answer. */
export interface RegistryRequest {
  readonly method: string;
  readonly path: string;
  /** Without its question mark; '' where there is none. */
  readonly query: string;
  /** What the client saw; 0 when it saw no answer. */
  readonly status: number;
  /** How the client said who it is, never what it said. */
  readonly login: 'basic' | 'bearer' | 'none';
  readonly fault: string | null;
}

export interface ServedRegistry extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`. */
  readonly origin: string;
  /** `127.0.0.1:<port>`, as image references begin. */
  readonly host: string;
  readonly world: RegistryWorld;
  /** In the order in which they ended. */
  readonly requests: readonly RegistryRequest[];
  faultReport(): { rule: string; fired: number }[];
}

/**
 * A registry on a port of its own, by plain http, for clients that no proxy leads to the twin. It takes any host name; disposing of it leaves its folder.
 * @throws {FaultSyntaxError} for a fault that does not parse or is not a registry's
 */
export async function serveRegistry(options: ServeRegistryOptions): Promise<ServedRegistry> {
  const { speed = 1, latencyMs = 0 } = options;
  const script = createFaultScript(options.faults ?? [], { speed, providers: ['registry'] });
  const world = createRegistryWorld({ uploadState: true, ...options });
  const requests: RegistryRequest[] = [];
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => fail(outgoing, error));
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin: `http://${host}`, host, world, requests,
    faultReport: () => script.report(),
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => { server.close(() => resolve()); });
      server.closeAllConnections();
      await closed;
      await world.stop();
    },
  };

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host ?? host}`);
    const [path, query] = [url.pathname, url.search.slice(1)];
    await options.before?.({ method: incoming.method ?? 'GET', path, query });
    await serve({
      provider: world.provider, url, incoming, outgoing, faults: script, speed, latencyMs,
      record: ({ head, status, fault }) => requests.push({ method: head.method, path, query, status, login: loginOf(head), fault }),
    });
  }
}

function loginOf({ headers }: Request): RegistryRequest['login'] {
  const [scheme = ''] = (headers.get('authorization') ?? '').toLowerCase().split(' ');
  return scheme === 'basic' || scheme === 'bearer' ? scheme : 'none';
}
