import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createListener, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { type Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { FaultScript } from '../faults/index.ts';
import type { Provider } from '../provider.ts';
import { agentOf, type Place, type Recorder } from '../record/index.ts';
import { createAuthority } from './authority.ts';
import { answerControl } from './control.ts';
import { fail, serve } from './one-request.ts';
import { telemetryHosts } from './telemetry.ts';

export interface ProxyOptions {
  readonly directory: string;
  readonly providers: readonly Provider[];
  readonly faults: () => FaultScript;
  readonly recorder: Recorder;
  readonly speed: number;
  readonly latencyMs: number;
}

export interface Proxy {
  readonly url: string;
  readonly caFile: string;
  /** What a rehearsed process gets so that it talks to the twin under the providers' real names. */
  readonly environment: Readonly<Record<string, string>>;
  /** The same, over a port of its own: every call through it is recorded as that step's. */
  environmentOf(place: Place): Promise<Readonly<Record<string, string>>>;
  stop(): Promise<void>;
}

/** A forward proxy on loopback that ends TLS itself. What no provider claims is refused and recorded: nothing gets out. */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  await mkdir(options.directory, { recursive: true });
  const [authority, isTelemetry] = await Promise.all([createAuthority(), telemetryHosts()]);
  const caFile = join(options.directory, 'ca.pem');
  await writeFile(caFile, authority.pem);
  const tunnels = new WeakMap<Duplex, { host: string; secure: boolean }>();
  const places = new WeakMap<Duplex, Place>();
  const ports = new Map<string, Promise<Readonly<Record<string, string>>>>();
  const listeners: Server[] = [];
  const open = new Set<Duplex>();
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => fail(outgoing, error));
  });
  server.on('connection', (socket) => track(socket));
  server.on('connect', (request, socket, head) => {
    tunnel(request, socket as Socket, head).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, caFile, environment: environmentFor(url, caFile), environmentOf, stop };

  /** A step starts several processes (a checkout five): they share its port. */
  function environmentOf(place: Place): Promise<Readonly<Record<string, string>>> {
    const key = JSON.stringify([place.job, place.step]);
    const known = ports.get(key) ?? openPort(place);
    ports.set(key, known);
    return known;
  }

  async function openPort(place: Place): Promise<Readonly<Record<string, string>>> {
    const listener = createListener((socket) => {
      places.set(socket, place);
      server.emit('connection', socket);
    });
    listeners.push(listener);
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    return environmentFor(`http://127.0.0.1:${(listener.address() as AddressInfo).port}`, caFile);
  }

  function track(socket: Duplex): void {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => open.delete(socket));
  }

  async function tunnel(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const host = hostOf(request.url ?? '');
    if (providerOf(host) === undefined) {
      recordRefusal('CONNECT', host, '', socket);
      socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
      return;
    }
    const context = await authority.contextFor(host);
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    if (head.length > 0) socket.unshift(head);
    socket.once('data', (first: Buffer) => {
      // undici tunnels plain http:// as well: only a TLS record starts with 0x16.
      const secure = first[0] === 0x16;
      socket.pause();
      socket.unshift(first);
      const inner = secure ? new TLSSocket(socket, { isServer: true, secureContext: context, ALPNProtocols: ['http/1.1'] }) : socket;
      tunnels.set(inner, { host, secure });
      const place = places.get(socket);
      if (place !== undefined) places.set(inner, place);
      server.emit('connection', inner);
      if (!secure) socket.resume();
    });
  }

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const target = incoming.url ?? '/';
    const through = tunnels.get(incoming.socket);
    if (through === undefined && target.startsWith('/')) return answerControl(incoming, outgoing, { faults: options.faults, speed: options.speed });
    const url = through === undefined ? new URL(target) : new URL(`${through.secure ? 'https' : 'http'}://${incoming.headers.host ?? through.host}${target.startsWith('/') ? target : new URL(target).pathname}`);
    const provider = providerOf(url.hostname);
    if (provider === undefined) {
      recordRefusal(incoming.method ?? 'GET', url.hostname, url.pathname, incoming.socket);
      outgoing.writeHead(403, { 'content-type': 'text/plain' }).end(`The twin does not model ${url.hostname}.\n`);
      return;
    }
    await serve({
      provider, url, incoming, outgoing, faults: options.faults(), speed: options.speed, latencyMs: options.latencyMs,
      record: ({ head, ...seen }) => options.recorder.add({ ...seen, provider: provider.name, method: head.method, host: url.hostname, path: url.pathname, agent: agentOf(head.headers), ...placeOf(incoming.socket) }),
    });
  }

  function providerOf(host: string): Provider | undefined {
    return options.providers.find((provider) => provider.claims(host));
  }

  function recordRefusal(method: string, host: string, path: string, socket: Duplex): void {
    options.recorder.add({ at: new Date().toISOString(), provider: isTelemetry(host) ? 'telemetry' : 'stray', method, host, path, status: 403, write: false, fault: null, agent: '', ...placeOf(socket) });
  }

  function placeOf(socket: Duplex): Place {
    return places.get(socket) ?? { job: null, step: null };
  }

  async function stop(): Promise<void> {
    server.close();
    for (const listener of listeners) listener.close();
    for (const socket of open) socket.destroy();
    server.closeAllConnections();
  }
}

function hostOf(authority: string): string {
  return authority.replace(/:\d+$/u, '').replace(/^\[|\]$/gu, '').toLowerCase();
}

/** Which variable each client reads was measured: curl wants the lower-case one, git GIT_SSL_CAINFO, Node NODE_EXTRA_CA_CERTS at start. */
function environmentFor(url: string, caFile: string): Record<string, string> {
  const local = '127.0.0.1,localhost,::1';
  return {
    HTTPS_PROXY: url, HTTP_PROXY: url, https_proxy: url, http_proxy: url, NO_PROXY: local, no_proxy: local,
    NODE_EXTRA_CA_CERTS: caFile, SSL_CERT_FILE: caFile, AWS_CA_BUNDLE: caFile, GIT_SSL_CAINFO: caFile, CURL_CA_BUNDLE: caFile,
  };
}
