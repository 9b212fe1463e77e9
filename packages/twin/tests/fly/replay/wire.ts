import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FaultScript } from '../../../src/faults/index.ts';
import type { FlyWorld } from '../../../src/fly/index.ts';
import { act } from '../../../src/proxy/effects.ts';
import { send } from '../../../src/proxy/exchange.ts';
import { type Call, decidingBody } from './call.ts';

interface Options {
  readonly fly: FlyWorld;
  readonly faults: FaultScript;
  readonly speed: number;
  /** What the stub made of its own answers. */
  readonly adapt: (response: Response) => Promise<Response>;
}

export interface Wire {
  readonly url: string;
  /** In order of arrival; a call that is under way has no status yet. */
  readonly calls: readonly Call[];
  /** Every Machine that was made, whatever the client was told. */
  readonly made: ReadonlyMap<string, string>;
  /** Resolves when the nth such call has come in. */
  arrival(method: string, path: RegExp, nth: number): Promise<void>;
  stop(): Promise<void>;
}

/** Between the stand-in and the twin's Fly, in the proxy's place and with its faults: it also keeps queries, nonces and bodies, which the proxy must not. */
export async function openWire({ fly, faults, speed, adapt }: Options): Promise<Wire> {
  const calls: { -readonly [Key in keyof Call]: Call[Key] }[] = [];
  const made = new Map<string, string>();
  const watching = new Set<() => void>();
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => {
      // The client has gone away, or the test is over.
      if (!outgoing.destroyed && !outgoing.headersSent) outgoing.writeHead(500).end(String(error));
      else outgoing.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    calls,
    made,
    arrival: (method, path, nth) => new Promise((resolve) => {
      const look = (): void => {
        if (calls.filter((call) => call.method === method && path.test(call.path)).length < nth) return;
        watching.delete(look);
        resolve();
      };
      watching.add(look);
      look();
    }),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const gone = new AbortController();
    outgoing.once('close', () => gone.abort());
    const target = new URL(incoming.url ?? '/', url);
    const { pathname: path, search } = target;
    if (path === '/tool-call') return void outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ effect: null, speed }));
    const text = await textOf(incoming);
    const method = incoming.method ?? 'GET';
    const call: (typeof calls)[number] = { method, path, query: search.slice(1), nonce: incoming.headers['fly-machine-lease-nonce'] !== undefined, body: decidingBody(path, text === '' ? null : JSON.parse(text)), status: null, made: null };
    calls.push(call);
    for (const look of watching) look();
    const request = new Request(target, { method, headers: headersOf(incoming), signal: gone.signal, ...(text === '' ? {} : { body: text }) });
    const ask = async (): Promise<Response> => {
      const response = await fly.provider.fetch(request);
      if (method === 'POST' && path.endsWith('/machines') && response.ok) {
        const { id, config } = (await response.clone().json()) as { id: string; config: { metadata: Record<string, string> } };
        made.set(id, config.metadata['fly_process_group'] ?? '');
        call.made = id;
      }
      return adapt(response);
    };
    const fault = (path === '/graphql' ? faults.take('fly', 'graphql ') : null) ?? faults.take('fly', `${method} ${path}`);
    const status = fault === null ? await told(await ask(), outgoing) : await act({ fault, outgoing, speed, signal: gone.signal, answer: ask });
    if (!gone.signal.aborted || outgoing.writableFinished) call.status = status === 0 ? null : status;
    if (call.status !== 200) call.made = null;
  }
}

function headersOf({ headers }: IncomingMessage): Headers {
  return new Headers(['authorization', 'fly-machine-lease-nonce'].flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name]] as [string, string]] : [])));
}

async function told(response: Response, outgoing: ServerResponse): Promise<number> {
  await send(response, outgoing);
  return response.status;
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
