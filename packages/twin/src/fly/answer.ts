/** An answer as Fly's services give it: JSON, with a request id. */
export function json(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json', 'fly-request-id': crypto.randomUUID() } });
}

/** A text of a body that nobody has checked; what is no text counts as not given. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
