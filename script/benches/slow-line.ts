import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

export interface SlowLine extends AsyncDisposable {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  /** Bytes that came from the client, and that went to it. */
  readonly moved: { up: number; down: number };
}

export interface Line {
  /** Of a round trip, half of it each way. */
  readonly roundTripMs: number;
  /** In each direction, of all connections together; null: as fast as it goes. */
  readonly bytesPerSecond: number | null;
}

/**
 * A TCP proxy that holds back what it carries: whole, in its order, and each direction by itself. A connection is opened without a delay, for all clients
 * alike.
 */
export async function slowLine(to: string, line: Line): Promise<SlowLine> {
  const [host = '', port] = to.split(':');
  const moved = { up: 0, down: 0 };
  const free = { up: 0, down: 0 };
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ host, port: Number(port), noDelay: true });
    carry(near, far, line, (bytes, ms) => { moved.up += bytes; return (free.up = Math.max(free.up, performance.now()) + ms); });
    carry(far, near, line, (bytes, ms) => { moved.down += bytes; return (free.down = Math.max(free.down, performance.now()) + ms); });
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => { near.destroy(); far.destroy(); });
      socket.on('close', () => open.delete(socket));
    }
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    moved,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

// More than lies in the line at any time is not taken from the sender.
const inFlight = 8 * 1024 * 1024;

function carry(from: Socket, to: Socket, { roundTripMs, bytesPerSecond }: Line, take: (bytes: number, ms: number) => number): void {
  // One timer for all of it: timers of different lengths do not fire in the order in which they were set.
  const queue: { readonly at: number; readonly chunk: Buffer | null }[] = [];
  let waiting = 0;
  let blocked = false;
  let timer: NodeJS.Timeout | null = null;

  from.on('data', (chunk: Buffer) => {
    enter(chunk);
    waiting += chunk.length;
    if (waiting > inFlight) from.pause();
  });
  from.on('end', () => enter(null));

  function enter(chunk: Buffer | null): void {
    const bytes = chunk?.length ?? 0;
    const sent = take(bytes, bytesPerSecond === null ? 0 : (bytes / bytesPerSecond) * 1000);
    queue.push({ at: sent + roundTripMs / 2, chunk });
    if (!blocked) timer ??= setTimeout(pump, sent + roundTripMs / 2 - performance.now());
  }

  function pump(): void {
    timer = null;
    for (let next = queue[0]; next !== undefined && next.at <= performance.now(); next = queue[0]) {
      queue.shift();
      if (next.chunk === null) return void to.end();
      waiting -= next.chunk.length;
      const flows = !to.writable || to.write(next.chunk);
      if (!flows) {
        blocked = true;
        to.once('drain', () => { blocked = false; pump(); });
        return;
      }
    }
    if (waiting <= inFlight) from.resume();
    const [first] = queue;
    if (first !== undefined) timer = setTimeout(pump, Math.max(0, first.at - performance.now()));
  }
}
