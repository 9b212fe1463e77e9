import type { Readable } from 'node:stream';
import type { Secret } from '../secrets/index.ts';

export interface HttpClient {
  /** Never throws for what the network does: an answer of any status, or why there is none. */
  request(request: HttpRequest): Promise<HttpResult>;
  /**
   * A GET whose body is taken as it comes, of any size. Sent once. `deadlineMs` is for the head of the answer; the body may take as long as it moves.
   * Who gets a download reads its body to the end or destroys it.
   */
  download(request: TransferRequest): Promise<Download | Unreachable>;
  /**
   * A PUT or PATCH whose body is sent as it comes. Sent once, by a connection that may be a kept one. An error of the body ends the request unfinished and
   * is thrown. An answer before the body's end is the answer.
   */
  upload(request: UploadRequest): Promise<HttpResult>;
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
  /** A connection of its own, so that a load balancer may choose anew. Default: reads use a kept one, writes have their own. */
  freshConnection?: boolean;
  /** Instead of the client's own: a read that is to survive a cancel brings one that does not abort. */
  signal?: AbortSignal;
}

/** Longest silence in the middle of a body; without a limit for the whole, which nobody can know. */
export interface TransferRequest extends Pick<HttpRequest, 'url' | 'headers' | 'deadlineMs' | 'redirect' | 'signal'> {
  idleMs: number;
}

export interface UploadRequest extends TransferRequest {
  method: 'PUT' | 'PATCH';
  body: AsyncIterable<Uint8Array>;
  /** What the body holds, in bytes: said before it is sent. */
  length: number;
}

export interface Download {
  kind: 'download';
  status: number;
  headers: Record<string, string>;
  body: Readable;
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
