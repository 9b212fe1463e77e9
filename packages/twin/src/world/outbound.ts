import type { Provider } from '../provider.ts';
import { agentOf } from '../record/index.ts';
import type { Attending } from './run.ts';

/** A Worker's own calls lead into the twin, too; what nobody models is refused, and told to every open run as a stray call. */
export function workersOutbound(providers: () => readonly Provider[], attending: ReadonlySet<Attending>): (request: Request) => Promise<Response> {
  return async (request) => {
    const { hostname, pathname } = new URL(request.url);
    const provider = providers().find((one) => one.claims(hostname));
    if (provider !== undefined) return provider.fetch(request);
    for (const { recorder } of attending) {
      recorder.add({ at: new Date().toISOString(), provider: 'stray', method: request.method, host: hostname, path: pathname, status: 403, write: false, fault: null, agent: agentOf(request.headers), job: null, step: null });
    }
    return new Response(`The twin does not model ${hostname}.\n`, { status: 403 });
  };
}
