import { createHash } from 'node:crypto';

/** One secret of an app. Nobody but a Machine ever gets the value back. */
export interface Secret {
  readonly value: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** An app's secrets. A Machine keeps those that were set when it was created or updated: a later value is staged until then. */
export interface Vault {
  /** Grows with every change; `min_secrets_version` of a Machine's update names one. */
  version: number;
  /** The `min_secrets_version` of the last Machine that was made or updated; 0: it asked for none, and on Fly it may get values of before. */
  asked: number;
  readonly secrets: Map<string, Secret>;
}

export function newVault(values: Readonly<Record<string, string>>, now = new Date()): Vault {
  const at = now.toISOString();
  return { version: 1, asked: 0, secrets: new Map(Object.entries(values).map(([name, value]) => [name, { value, createdAt: at, updatedAt: at }])) };
}

/** What a Machine gets that is created or updated now. */
export function valuesOf({ secrets }: Vault): Record<string, string> {
  return Object.fromEntries([...secrets].map(([name, { value }]) => [name, value]));
}

/** `null` deletes. One call is one version, whatever it holds. */
export function setSecrets(vault: Vault, values: Readonly<Record<string, unknown>>, now = new Date()): void {
  const at = now.toISOString();
  for (const [name, value] of Object.entries(values)) {
    if (value === null) vault.secrets.delete(name);
    else if (typeof value === 'string') vault.secrets.set(name, { value, createdAt: vault.secrets.get(name)?.createdAt ?? at, updatedAt: at });
  }
  vault.version += 1;
}

/** As the Machines API lists them: by name, with a digest that tells whether two values are the same. */
export function listOf({ secrets }: Vault): { name: string; digest: string; created_at: string; updated_at: string }[] {
  return [...secrets]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, { value, createdAt, updatedAt }]) => ({ name, digest: digestOf(value), created_at: createdAt, updated_at: updatedAt }));
}

// Sixteen hexadecimal digits, as the recordings have them.
function digestOf(value: string): string {
  return createHash('sha256').update(value).digest('hex').slice(0, 16);
}
