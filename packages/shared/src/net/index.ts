export type { HttpClient, HttpMethod, HttpRequest, HttpResponse, HttpResult, Unreachable, UnreachableReason } from './types.ts';
export { httpClient, type HttpClientOptions } from './client.ts';
export { useProxyFromEnvironment } from './proxy.ts';
