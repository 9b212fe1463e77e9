import type { Socket } from 'node:net';

export interface Message {
  readonly type: string;
  readonly body: Buffer;
}

export function frame(type: string, body: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** The server's messages in order; ends when the connection does. */
export async function* messages(socket: Socket): AsyncGenerator<Message, void> {
  let buffer = Buffer.alloc(0);
  for await (const chunk of socket) {
    buffer = Buffer.concat([buffer, chunk as Buffer]);
    while (buffer.length >= 5 && buffer.length >= buffer.readInt32BE(1) + 1) {
      const end = buffer.readInt32BE(1) + 1;
      yield { type: buffer.toString('latin1', 0, 1), body: buffer.subarray(5, end) };
      buffer = buffer.subarray(end);
    }
  }
}
