export { type Proxy, startProxy } from './proxy.ts';
