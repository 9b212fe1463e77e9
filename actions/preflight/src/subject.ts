import type { ActionContext } from '@vendure-deploy/shared/action';
import { type DeployConfig, environmentOf, type EnvironmentConfig, surfaceOf, type VendureSurface, type WorkerSurface } from '@vendure-deploy/shared/config';
import { SURFACES, type Surface } from '@vendure-deploy/shared/release';
import type { Secret } from '@vendure-deploy/shared/secrets';
import { commandEnvironment } from '@vendure-deploy/shared/shop-commands';
import { budgetOf } from '@vendure-deploy/shared/sla';
import { type Permission, readPermissions } from './checks/github-token.ts';
import { type Prebuilt, prebuiltOf } from './image-source.ts';
import type { inputs as declared } from './inputs.ts';
import { readRef } from './revision.ts';

export type Context = ActionContext<typeof declared>;

/** What this deploy is about, as inputs and configuration say it; nobody has been asked yet. */
export interface Subject {
  /** As it was typed, once it can be a name; '' for the commit of this run. */
  readonly ref: string;
  readonly place: EnvironmentConfig;
  /** The promise of the whole run. */
  readonly budgetSeconds: number;
  readonly surfaces: readonly Surface[];
  /** null: Vendure is not deployed. */
  readonly vendure: VendureSurface | null;
  /** null: its image may be built, or Vendure is not deployed. */
  readonly prebuilt: Prebuilt | null;
  /** The Workers that are deployed. */
  readonly workers: readonly WorkerSurface[];
  readonly permissions: readonly Permission[];
  /** For the shop's audit and backup. */
  readonly commandEnvironment: Readonly<Record<string, Secret>>;
}

/** @throws {UserError} for an input or a key that is wrong */
export function readSubject({ inputs }: Context, config: DeployConfig): Subject {
  const place = environmentOf(config, inputs.environment);
  const budgetSeconds = budgetOf(inputs['sla-seconds'], inputs.environment, place);
  const ref = readRef(inputs.ref);
  const permissions = readPermissions(inputs['github-permissions']);
  const surfaces = SURFACES.filter((surface) => inputs[surface]);
  const vendure = inputs.vendure ? surfaceOf(config, inputs.environment, 'vendure') : null;
  const prebuilt = vendure === null || !inputs['require-prebuilt'] ? null : prebuiltOf(config, inputs.environment, vendure, inputs.image);
  const workers = (['dashboard', 'storefront'] as const).filter((surface) => inputs[surface]).map((surface) => surfaceOf(config, inputs.environment, surface));
  const commands = vendure?.commands;
  const asks = (commands?.['drift-audit'] !== undefined && !inputs['skip-drift-audit']) || (commands?.backup !== undefined && !inputs['skip-backup']);
  return { ref, place, budgetSeconds, surfaces, vendure, prebuilt, workers, permissions, commandEnvironment: asks ? commandEnvironment(inputs['command-environment'], commands?.environment ?? []) : {} };
}
