export type { Download, HttpClient, HttpMethod, HttpRequest, HttpResponse, HttpResult, TransferRequest, Unreachable, UnreachableReason, UploadRequest } from './types.ts';
export { httpClient, type HttpClientOptions } from './client.ts';
export { useProxyFromEnvironment } from './proxy.ts';
export { mayLead } from './address.ts';
export { retryAfter } from './retry.ts';
