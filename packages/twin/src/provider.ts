export type ProviderName = 'fly' | 'cloudflare' | 'github' | 'registry' | 'aws' | 'shop';

/** One provider behind the proxy. Fetch-shaped, so that a fault can apply the write and drop the answer. */
export interface Provider {
  readonly name: ProviderName;
  claims(host: string): boolean;
  isWrite(request: Request, body?: string): boolean;
  /** What a request asks for, where its path does not say it; a fault names it. Given, the body of every request is read before. */
  operation?(request: Request, body: string): string;
  fetch(request: Request): Promise<Response>;
  stop(): Promise<void>;
}
