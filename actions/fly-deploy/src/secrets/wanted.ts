import type { ActionContext } from '@vendure-deploy/shared/action';
import type { SecretsSource } from '@vendure-deploy/shared/config';
import { fromAws } from '@vendure-deploy/shared/credentials';
import type { Secret } from '@vendure-deploy/shared/secrets';
import type { inputs as declared } from '../io.ts';
import { fromInputs } from './from-inputs.ts';

/** The values that the app is to have, by their names at Fly. */
export interface Wanted {
  readonly values: ReadonlyMap<string, Secret>;
  /** Which version of which secret they came from; {} where the source knows no versions. */
  readonly versions: Readonly<Record<string, string>>;
}

/** @throws {UserError} naming names, never a value */
export async function readWanted(source: SecretsSource, context: ActionContext<typeof declared>): Promise<Wanted> {
  const { inputs, log } = context;
  if (source.source === 'inputs') {
    const values = fromInputs(inputs['fly-secrets'], source.names);
    return { values: new Map([...values].map(([name, value]) => [name, context.hide(value.reveal())])), versions: {} };
  }
  if (!inputs['fly-secrets'].isEmpty) log.warning('The input `fly-secrets` is not used: the configuration takes the secrets from AWS.');
  return fromAws({ ...context, source, names: Object.keys(source.map), profile: inputs['aws-profile'], key: 'secrets' });
}
