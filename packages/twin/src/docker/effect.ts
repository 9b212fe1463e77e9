import { request } from 'node:http';
import { z } from 'zod';

/** What the fault script wants of this call: nothing, an exit code before or after the work, or silence. */
export type Effect =
  | { readonly kind: 'none' }
  | { readonly kind: 'exit'; readonly code: number; readonly after: boolean }
  | { readonly kind: 'hang' }
  | { readonly kind: 'killed'; readonly afterMs: number };

const answerShape = z.object({ effect: z.string().nullable(), speed: z.number() });

/** Asks the control channel once. A call that the twin does not answer is an error: a fault must not get lost. */
export async function askEffect(control: string): Promise<Effect> {
  const { effect, speed } = answerShape.parse(JSON.parse(await post(new URL('/tool-call', control), JSON.stringify({ tool: 'docker' }))));
  if (effect === null) return { kind: 'none' };
  const exit = /^exit (\d+) (with|without)-effect$/.exec(effect);
  if (exit !== null) return { kind: 'exit', code: Number(exit[1]), after: exit[2] === 'with' };
  if (effect === 'hang') return { kind: 'hang' };
  const killed = /^killed-after (\d+(?:\.\d+)?)(ms|s)$/.exec(effect);
  if (killed !== null) return { kind: 'killed', afterMs: Number(killed[1]) * (killed[2] === 's' ? 1000 : 1) / speed };
  throw new Error(`docker: the stand-in does not know the effect "${effect}"`);
}

/** node:http without an agent's proxy: the control channel is on loopback and never behind it. */
function post(url: URL, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', agent: false, headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; }).on('error', reject).on('end', () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`docker: the control channel answered ${response.statusCode ?? 0}`));
      });
    });
    call.on('error', reject).end(body);
  });
}
