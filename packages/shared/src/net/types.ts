import type { Secret } from '../secrets/index.ts';

export interface HttpClient {
  /** Never throws for what the network does: an answer of any status, or why there is none. */
  request(request: HttpRequest): Promise<HttpResult>;
}

export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface HttpRequest {
  method: HttpMethod;
  url: string;
  headers?: Record<string, string | Secret>;
  body?: string | Uint8Array;
  /** For the whole call, retries and their waits included. */
  deadlineMs: number;
  /** Of the body as received and as decompressed; default 16 MiB. */
  maxBytes?: number;
  /** Default: `read` for GET and HEAD, `never` for the rest. */
  retry?: 'read' | 'never';
  /** Default `manual`: a 3xx is an answer like another. `follow` drops credentials at another origin. */
  redirect?: 'manual' | 'follow';
  /** A connection of its own, so that a load balancer may choose anew. */
  freshConnection?: boolean;
  /** Instead of the client's own: a read that is to survive a cancel brings one that does not abort. */
  signal?: AbortSignal;
}

export type HttpResult = HttpResponse | Unreachable;

export interface HttpResponse {
  kind: 'response';
  status: number;
  /** Lower-case names. */
  headers: Record<string, string>;
  bytes: Uint8Array;
  text(): string;
  /** @throws {SyntaxError} when the body is not JSON */
  json(): unknown;
}

export type UnreachableReason = 'refused' | 'reset' | 'timeout' | 'dns' | 'tls' | 'proxy' | 'too-large' | 'aborted' | 'other';

/** HTTP 000: no answer. The message names method, host and path, never a query, header or body. */
export interface Unreachable {
  kind: 'unreachable';
  reason: UnreachableReason;
  message: string;
}
