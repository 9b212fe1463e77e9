import { createServer, request, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { RunRequest, WorldFacts, WorldRun } from './types.ts';

type OpenRun = (options: RunRequest) => Promise<WorldRun>;

const METHODS = ['environmentOf', 'issueToken', 'actionEnvironment', 'identityEnvironment', 'setRun', 'setJobs', 'setJobLog', 'headOf', 'interrupts', 'interrupted', 'truth', 'inventory', 'comments', 'report', 'close'] as const satisfies readonly (keyof WorldRun)[];
const call = z.object({ method: z.enum([...METHODS, 'facts', 'openRun']), run: z.string(), args: z.array(z.unknown()) });

export interface Door {
  readonly socket: string;
  /** Resolves once no guest is left; nobody gets in any more. */
  close(): Promise<void>;
}

/** Lets other rehearsals into this process's world. A guest's stay is one open connection: when the guest dies, its runs are closed. */
export async function openDoor(facts: WorldFacts, openRun: OpenRun): Promise<Door> {
  const folder = await mkdtemp(join(tmpdir(), 'world-'));
  const socket = join(folder, 'door');
  const runs = new Map<string, WorldRun>();
  const guests = new Map<string, Set<string>>();
  let nobody: (() => void) | null = null;
  const server = createServer((incoming, outgoing) => {
    const guest = String(incoming.headers['x-guest']);
    if (incoming.url === '/stay') {
      guests.set(guest, new Set());
      outgoing.writeHead(200).write('\n');
      outgoing.once('close', () => void depart(guest));
      return;
    }
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      answer(guest, Buffer.concat(chunks).toString('utf8')).then(
        (value) => outgoing.end(JSON.stringify({ value: value ?? null })),
        (error: Error) => outgoing.end(JSON.stringify({ error: error.message })),
      );
    });
  });
  await listen(server, socket);
  return { socket, close };

  async function answer(guest: string, text: string): Promise<unknown> {
    const { method, run: id, args } = call.parse(JSON.parse(text));
    if (method === 'facts') return facts;
    if (method === 'openRun') {
      const name = `${guest}/${runs.size + 1}`;
      runs.set(name, await openRun(args[0] as Parameters<OpenRun>[0]));
      guests.get(guest)?.add(name);
      return name;
    }
    const run = runs.get(id);
    if (run === undefined) throw new Error('That run is closed.');
    if (method === 'close') {
      runs.delete(id);
      guests.get(guest)?.delete(id);
    }
    return (run[method] as (...given: unknown[]) => Promise<unknown>)(...args);
  }

  async function depart(guest: string): Promise<void> {
    for (const id of guests.get(guest) ?? []) {
      await runs.get(id)?.close();
      runs.delete(id);
    }
    guests.delete(guest);
    if (guests.size === 0) nobody?.();
  }

  async function close(): Promise<void> {
    if (guests.size > 0) await new Promise<void>((resolve) => (nobody = resolve));
    server.close();
    server.closeAllConnections();
    await rm(dirname(socket), { recursive: true, force: true });
  }
}

/** @throws when nobody answers at that socket: its host has just left */
export async function knock(socket: string): Promise<{ facts: WorldFacts; openRun: OpenRun; leave(): void }> {
  const guest = `${process.pid}-${Date.now()}`;
  const stay = await new Promise<ReturnType<typeof request>>((resolve, reject) => {
    const open = request({ socketPath: socket, path: '/stay', headers: { 'x-guest': guest } }, (response) => {
      response.resume();
      resolve(open);
    });
    open.once('error', reject).end();
  });
  stay.on('error', () => undefined);
  const ask = (method: string, run: string, args: readonly unknown[]): Promise<unknown> => post(socket, guest, { method, run, args });
  return {
    facts: (await ask('facts', '', [])) as WorldFacts,
    openRun: async (options) => {
      const id = (await ask('openRun', '', [options])) as string;
      return Object.fromEntries(METHODS.map((method) => [method, (...args: unknown[]) => ask(method, id, args)])) as unknown as WorldRun;
    },
    leave: () => stay.destroy(),
  };
}

function post(socketPath: string, guest: string, body: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath, path: '/call', method: 'POST', headers: { 'x-guest': guest } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).once('error', reject).on('end', () => {
        const said = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { value?: unknown; error?: string };
        if (said.error === undefined) resolve(said.value);
        else reject(new Error(said.error));
      });
    });
    asking.once('error', reject).end(JSON.stringify(body));
  });
}

function listen(server: Server, socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(socket, resolve);
  });
}
