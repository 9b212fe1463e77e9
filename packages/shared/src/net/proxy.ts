import http from 'node:http';
import { UserError } from '../action/errors.ts';

const variables = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'] as const;

/** True when a proxy is set for this process. */
export function proxyIsSet(environment: NodeJS.ProcessEnv = process.env): boolean {
  return variables.some((name) => (environment[name] ?? '') !== '');
}

/** Node's own requests (fetch, node:http, node:https) go through the proxy of the environment, when there is one. */
export function useProxyFromEnvironment(environment: NodeJS.ProcessEnv = process.env): void {
  if (!proxyIsSet(environment)) return;
  // In Node since 24.14; older self-hosted runners would silently go around the proxy.
  const set: unknown = Reflect.get(http, 'setGlobalProxyFromEnv');
  if (typeof set !== 'function') {
    throw new UserError(`A proxy is set (HTTPS_PROXY or HTTP_PROXY), but Node ${process.version} cannot use it. Update the runner to one with Node 24.14 or newer, or unset the variable.`);
  }
  for (const name of variables) requireProxy(name, environment[name] ?? '');
  Reflect.apply(set, http, []);
}

function requireProxy(name: string, value: string): void {
  if (value === '') return;
  const url = URL.parse(value);
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '') return;
  // What stands before an @ may be a password.
  throw new UserError(`${name} is "${value.replace(/^.*@/u, '')}", which is no proxy. Give it as http://host:port, or unset the variable.`);
}
