/** Every answer of the API is in the same envelope. */
export function ok(result: unknown, { status = 200, info }: { status?: number; info?: Record<string, number> } = {}): Response {
  return Response.json({ success: true, errors: [], messages: [], result, ...(info === undefined ? {} : { result_info: info }) }, { status });
}

/** A refusal as Cloudflare words it: status, code, text, and for some a chain of causes. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: number;
  readonly chain: readonly { readonly code: number; readonly message: string }[];

  constructor(status: number, code: number, message: string, chain: Refusal['chain'] = []) {
    super(message);
    this.status = status;
    this.code = code;
    this.chain = chain;
  }

  toResponse(): Response {
    const error = { code: this.code, message: this.message, ...(this.chain.length > 0 ? { error_chain: this.chain } : {}) };
    return Response.json({ success: false, errors: [error], messages: [], result: null }, { status: this.status });
  }
}

/** A path that the twin does not model must not look like a Cloudflare that has nothing there: it is said aloud. */
export function unmodelled(what: string): Refusal {
  process.stderr.write(`twin: cloudflare does not model ${what}\n`);
  return new Refusal(404, 7003, `Could not route to ${what}, perhaps your object identifier is invalid?`);
}
