import type { Account } from './account.ts';
import { Refusal, unmodelled } from './envelope.ts';
import type { Binding, Version } from './state.ts';

const MODELLED = new Set(['plain_text', 'json', 'secret_text', 'version_metadata', 'assets', 'kv_namespace', 'r2_bucket']);

/**
 * The bindings of a new version: what was given, with `inherit` and the kept types taken from the version before it.
 * @throws {Refusal} 10057 when there is nothing to inherit, 10041 or 10085 when a namespace or bucket is not there
 */
export function resolveBindings(account: Account, given: readonly Binding[], kept: readonly string[], previous: Version | undefined): Binding[] {
  const before = new Map(previous?.bindings.map((binding) => [binding.name, binding]));
  const named = new Set(given.map(({ name }) => name));
  const resolved = [
    ...given.map((binding) => (binding.type === 'inherit' ? inherited(before, binding) : binding)),
    ...[...before.values()].filter(({ name, type }) => kept.includes(type) && !named.has(name)),
  ];
  for (const binding of resolved) mustExist(account, binding);
  return resolved;
}

/** As the API shows it: the value of a secret never leaves Cloudflare. */
export function shown(binding: Binding): Record<string, unknown> {
  return binding.type === 'secret_text' ? { name: binding.name, type: binding.type } : binding;
}

export function secretsOf(bindings: readonly Binding[]): Binding[] {
  return bindings.filter(({ type }) => type === 'secret_text');
}

/** Secrets are set by their name, or taken away by null; everything else stays. */
export function withSecrets(bindings: readonly Binding[], secrets: Readonly<Record<string, string | null>>): Binding[] {
  const set = Object.entries(secrets).flatMap(([name, text]) => (text === null ? [] : [{ name, type: 'secret_text', text }]));
  return [...bindings.filter(({ name }) => !(name in secrets)), ...set];
}

function inherited(before: ReadonlyMap<string, Binding>, { name, old_name: old }: Binding): Binding {
  const source = before.get(typeof old === 'string' ? old : name);
  if (source === undefined) throw new Refusal(400, 10057, `Binding "${name}" cannot be inherited: the previous version of this Worker does not have it.`);
  return { ...source, name };
}

function mustExist({ state }: Account, binding: Binding): void {
  if (!MODELLED.has(binding.type)) throw unmodelled(`a binding of type ${binding.type}`);
  const { namespace_id: namespace, bucket_name: bucket } = binding;
  if (binding.type === 'kv_namespace' && !state.namespaces.some(({ id }) => id === namespace)) {
    throw new Refusal(400, 10041, `KV namespace '${String(namespace)}' not found.`);
  }
  if (binding.type === 'r2_bucket' && !state.buckets.some(({ name }) => name === bucket)) {
    throw new Refusal(400, 10085, `R2 bucket '${String(bucket)}' not found. Please use a different name and try again.`);
  }
}
