/** The same `POST` as it would be if nobody had asked for a mount. */
export function withoutMount(request: Request): Request {
  const url = new URL(request.url);
  for (const name of ['mount', 'from']) url.searchParams.delete(name);
  return to(url, request, request.body);
}

/** Asked for only one of the scopes that it asks for, in the query of a GET or the form of a POST, one each or several in one. */
export async function withOneScope(request: Request, which: 'first' | 'last'): Promise<Request> {
  const url = new URL(request.url);
  const form = request.method === 'POST' ? new URLSearchParams(await request.text()) : url.searchParams;
  const scopes = form.getAll('scope').flatMap((scope) => scope.split(' '));
  const kept = scopes.at(which === 'first' ? 0 : -1);
  if (kept !== undefined) form.set('scope', kept);
  return to(url, request, request.method === 'POST' ? form.toString() : null);
}

function to(url: URL, { method, headers, signal }: Request, body: Request['body'] | string): Request {
  return new Request(url, { method, headers, signal, ...(body === null ? {} : { body, duplex: 'half' }) });
}
