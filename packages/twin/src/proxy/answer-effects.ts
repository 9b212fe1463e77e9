/** One byte in the middle of the body is another; of an unknown length it is the first. */
export function corrupted(response: Response): Response {
  const wrong = Math.floor(Number(response.headers.get('content-length') ?? 0) / 2);
  let passed = 0;
  const swap = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      const at = wrong - passed;
      passed += chunk.length;
      if (at < 0 || at >= chunk.length) return controller.enqueue(chunk);
      const changed = Uint8Array.from(chunk);
      changed[at] = (changed[at] ?? 0) ^ 1;
      controller.enqueue(changed);
    },
  });
  return like(response, response.body === null ? null : response.body.pipeThrough(swap));
}

export function withoutHeader(response: Response, name: string): Response {
  const less = like(response, response.body);
  less.headers.delete(name);
  return less;
}

/** With the length of its body; one that does not say it is read whole. */
export async function measured(response: Response): Promise<{ response: Response; length: number }> {
  const said = response.headers.get('content-length');
  if (said !== null) return { response, length: Number(said) };
  const bytes = await response.bytes();
  const whole = like(response, bytes);
  whole.headers.set('content-length', String(bytes.length));
  return { response: whole, length: bytes.length };
}

function like({ status, statusText, headers }: Response, body: ConstructorParameters<typeof Response>[0]): Response {
  return new Response(body, { status, statusText, headers });
}
