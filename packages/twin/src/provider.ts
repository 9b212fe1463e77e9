export type ProviderName = 'fly' | 'cloudflare' | 'github' | 'registry' | 'aws' | 'shop';

/** One provider behind the proxy. Fetch-shaped, so that a fault can apply the write and drop the answer. */
export interface Provider {
  readonly name: ProviderName;
  claims(host: string): boolean;
  isWrite(request: Request, body?: string): boolean;
  fetch(request: Request): Promise<Response>;
  stop(): Promise<void>;
}
