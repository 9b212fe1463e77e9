import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { FaultScript } from '../faults/index.ts';

const toolCall = z.object({ tool: z.string(), args: z.array(z.string()).optional() });

/** The stand-ins' way to the twin: a request in origin form on the proxy's own port. */
export async function answerControl(incoming: IncomingMessage, outgoing: ServerResponse, twin: { faults: () => FaultScript; speed: number }): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  if (incoming.method !== 'POST' || incoming.url !== '/tool-call') {
    outgoing.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"the control channel knows POST /tool-call"}');
    return;
  }
  const { tool } = toolCall.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  const effect = twin.faults().take('tool', tool)?.words ?? null;
  outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ effect, speed: twin.speed }));
}
