/** A KV namespace, as far as it is used. */
export interface Flags {
  get(key: string): Promise<string | null>;
}

// What a client or a probe waits before it asks again, in seconds.
const AGAIN = 60;

/** The maintenance page, while the key `maintenance` is set; its value is what visitors read. No deploy is needed to set it. */
export async function maintenance(flags: Flags): Promise<Response | null> {
  const notice = await flags.get('maintenance');
  if (notice === null) return null;
  return new Response(`<!doctype html>\n<html lang="en">\n  <head><meta charset="utf-8"><title>Back soon</title></head>\n  <body><h1>Back soon</h1><p>${escaped(notice)}</p></body>\n</html>\n`, {
    status: 503,
    headers: { 'content-type': 'text/html; charset=utf-8', 'retry-after': String(AGAIN) },
  });
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
