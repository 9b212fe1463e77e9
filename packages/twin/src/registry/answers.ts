/** The error codes of the distribution spec with the status that goes with each, as docker-registry 2.8.2 has them (measured). */
const STATUS = {
  BLOB_UNKNOWN: 404, BLOB_UPLOAD_INVALID: 404, BLOB_UPLOAD_UNKNOWN: 404, DIGEST_INVALID: 400, MANIFEST_BLOB_UNKNOWN: 400,
  MANIFEST_INVALID: 400, MANIFEST_UNKNOWN: 404, NAME_INVALID: 400, NAME_UNKNOWN: 404, RANGE_INVALID: 416, SIZE_INVALID: 400,
  TAG_INVALID: 400, UNAUTHORIZED: 401, UNSUPPORTED: 405, TOO_LARGE: 413, PAGINATION_NUMBER_INVALID: 400,
} as const;

export type ErrorCode = keyof typeof STATUS;

export function refuse(code: ErrorCode, message: string, headers: Record<string, string> = {}): Response {
  // The spec has no code for a too large manifest: its answer is 413 with SIZE_INVALID.
  const spoken = code === 'TOO_LARGE' ? 'SIZE_INVALID' : code;
  return json({ errors: [{ code: spoken, message, detail: {} }] }, { status: STATUS[code], headers });
}

export function json(body: unknown, init: { status?: number; headers?: Record<string, string> } = {}): Response {
  const text = JSON.stringify(body);
  return new Response(text, {
    status: init.status ?? 200,
    headers: { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)), ...init.headers },
  });
}

export function empty(status: number, headers: Record<string, string> = {}): Response {
  return new Response(null, { status, headers: status === 204 ? headers : { 'content-length': '0', ...headers } });
}

/** What a client should tell a person, though all went well (distribution spec, "Warnings"): the value of `Warning`. */
export function warningOf(texts: readonly string[]): string {
  return texts.map((text) => `299 - ${JSON.stringify(text)}`).join(', ');
}
