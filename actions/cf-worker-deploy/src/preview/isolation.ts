import { readConfiguration } from '@vendure-deploy/shared/wrangler-configuration';
import { z } from 'zod';
import type { ConfiguredDeploy } from '../target.ts';
import { isolation, type Preview } from './settings.ts';

/** What a Worker can reach by its bindings: where the list of them stands, and which key says what it is. None of them is inherited from the top level. */
const REACHED = [
  { what: 'KV namespace', at: ['kv_namespaces'], key: 'id' },
  { what: 'R2 bucket', at: ['r2_buckets'], key: 'bucket_name' },
  { what: 'D1 database', at: ['d1_databases'], key: 'database_id' },
  { what: 'service', at: ['services'], key: 'service' },
  { what: 'Worker with Durable Objects', at: ['durable_objects', 'bindings'], key: 'script_name' },
  { what: 'Worker with workflows', at: ['workflows'], key: 'script_name' },
  { what: 'queue', at: ['queues', 'producers'], key: 'queue' },
  { what: 'queue', at: ['queues', 'consumers'], key: 'queue' },
  { what: 'Hyperdrive configuration', at: ['hyperdrive'], key: 'id' },
  { what: 'Vectorize index', at: ['vectorize'], key: 'index_name' },
  { what: 'pipeline', at: ['pipelines'], key: 'pipeline' },
  { what: 'dispatch namespace', at: ['dispatch_namespaces'], key: 'namespace' },
  { what: 'certificate', at: ['mtls_certificates'], key: 'certificate_id' },
  { what: 'secret of the Secrets Store', at: ['secrets_store_secrets'], key: 'secret_name' },
] as const;
const OF_A_WORKER: readonly string[] = ['service', 'Worker with Durable Objects', 'Worker with workflows'];

const table = z.record(z.string(), z.unknown());
const whole = table.and(z.object({ name: z.string().optional(), env: z.record(z.string(), table).default({}) }));

interface Where {
  readonly text: string;
  /** As the configuration of the shop calls it. */
  readonly file: string;
  readonly preview: Preview;
  readonly deploys: readonly ConfiguredDeploy[];
}

/**
 * A preview runs code that nobody has reviewed: it gets nothing that another environment of the wrangler configuration has, no way in but its own address,
 * and no Worker that is deployed behind it.
 * @throws {UserError} preview-not-isolated, invalid-config
 */
export function requireIsolation({ text, file, preview, deploys }: Where): void {
  const { env, ...top } = readConfiguration(text, file, whole);
  const name = preview.wranglerEnvironment;
  const shown = `env.${name} of ${file}`;
  const own = env[name];
  if (own === undefined) throw isolation(`${preview.key}.wrangler-environment is "${name}", and ${file} has no env.${name}. It has: ${Object.keys(env).join(', ') || 'none'}`);
  // These are inherited.
  const inherited = (key: string): unknown => own[key] ?? top[key];
  if (inherited('workers_dev') !== true) throw isolation(`${shown} does not say \`workers_dev: true\`, and a preview has no other address. Add it`);
  const routes = [inherited('route'), inherited('routes')].flat().filter((route) => route !== undefined && route !== null);
  if (routes.length > 0) throw isolation(`${shown} has a route (${JSON.stringify(routes[0])}), its own or the top level's, and would take it from a deploy. Give it  "routes": []`);

  const others = [['the top level', top] as const, ...Object.entries(env).filter(([other]) => other !== name).map(([other, content]) => [`env.${other}`, content] as const)];
  const workers = new Set([...deploys.map(({ worker }) => worker), ...namesOf(top.name, env, name)]);
  for (const { what, id } of reached(own)) {
    const sharing = others.find(([, content]) => reached(content).some((one) => one.what === what && one.id === id));
    if (sharing !== undefined) throw isolation(`the ${what} ${id} of ${shown} is that of ${sharing[0]}, too. A preview gets none of another environment: give it one of its own, or leave it out`);
    if (OF_A_WORKER.includes(what) && workers.has(id)) throw isolation(`the ${what} ${id} of ${shown} is a Worker that is deployed for another environment. A preview is bound to none: leave it out`);
  }
}

/** By wrangler's rule: an environment without a name has the top level's, with its own behind it. */
function namesOf(top: string | undefined, env: Readonly<Record<string, Record<string, unknown>>>, preview: string): string[] {
  const named = Object.entries(env).filter(([other]) => other !== preview).map(([other, { name }]) => (typeof name === 'string' ? name : top === undefined ? undefined : `${top}-${other}`));
  return [top, ...named].filter((name) => name !== undefined);
}

function reached(content: Readonly<Record<string, unknown>>): { what: string; id: string }[] {
  return REACHED.flatMap(({ what, at, key }) => {
    const list = at.reduce<unknown>((value, step) => table.safeParse(value).data?.[step], content);
    return (z.array(table).safeParse(list).data ?? []).flatMap((one) => (typeof one[key] === 'string' ? [{ what, id: one[key] }] : []));
  });
}
