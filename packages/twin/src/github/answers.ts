import { createHash } from 'node:crypto';

/** GitHub's way to say no. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export const notFound = (): Refusal => new Refusal(404, 'Not Found');

export function json(value: unknown, status = 200): Response {
  return Response.json(value, { status, headers: { 'content-type': 'application/json; charset=utf-8', date: new Date().toUTCString(), 'x-github-api-version-selected': '2022-11-28' } });
}

export function refuse({ status, message }: Refusal): Response {
  return json({ message, documentation_url: 'https://docs.github.com/rest', status: String(status) }, status);
}

/** A reading has a tag; who shows it again is told 304 as long as nothing has changed. */
export async function unlessKnown(request: Request, response: Response): Promise<Response> {
  if (request.method !== 'GET' || response.status !== 200) return response;
  const etag = `W/"${createHash('sha256').update(await response.clone().bytes()).digest('hex')}"`;
  response.headers.set('etag', etag);
  return request.headers.get('if-none-match') === etag ? new Response(null, { status: 304, headers: response.headers }) : response;
}
