export { fail, serve } from './one-request.ts';
export { type Proxy, startProxy } from './proxy.ts';
