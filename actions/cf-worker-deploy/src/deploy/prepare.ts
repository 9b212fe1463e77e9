import { access, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ActionContext, UserError } from '@vendure-deploy/shared/action';
import { cloudflareLaneClient, ProviderError } from '@vendure-deploy/shared/providers/cloudflare';
import { configurationOf, type WranglerConfiguration } from '@vendure-deploy/shared/wrangler-configuration';
import { unpack } from '../artifact/unpack.ts';
import { requireCheckout } from '../checkout.ts';
import type { Inputs } from '../io.ts';
import type { Target } from '../target.ts';
import { chooseWrangler } from '../wrangler/choose.ts';
import type { Wrangler } from '../wrangler/wrangler.ts';

/** The artifact as wrangler will see it. */
export interface LaidOut {
  /** The wrangler configuration, in the laid-out artifact; its text, and what it says for the environment. */
  readonly config: string;
  readonly text: string;
  readonly configuration: WranglerConfiguration;
  readonly wranglerEnvironment: string;
  readonly cwd: string;
}

/** All that an upload needs, proven without one. */
export interface Ready extends LaidOut {
  readonly wrangler: Wrangler;
  /** Of the Worker; said in every call, so that wrangler writes to this one and no other. */
  readonly name: string;
}

/** @throws {UserError} for whatever would make the upload a wrong one */
export async function prepare(target: Target, tree: string, context: ActionContext<Inputs>): Promise<Ready> {
  const laidOut = await layOut(target, tree, context);
  const { name } = laidOut.configuration;
  if (name !== target.config.worker) {
    throw refused(`${target.config['wrangler-config']} with --env "${laidOut.wranglerEnvironment}" deploys the Worker "${name ?? ''}"; environments.${target.environment}.surfaces.${target.surface}.worker is "${target.config.worker}". Correct one of them`);
  }
  return makeReady(target, laidOut, context);
}

/** Without any request. @throws {UserError} */
export async function layOut(target: Target, tree: string, { log, workspace }: ActionContext<Inputs>): Promise<LaidOut> {
  await requireCheckout(workspace, target.sha);
  const built = await log.group('Verify the artifact', () => unpack({ from: target.artifact, into: tree, sha: target.sha, surface: target.surface }));
  log.info(`${built.files.length} files, built from ${built.sha} for ${built.environment}.`);
  const file = target.config['wrangler-config'];
  const config = join(tree, file);
  const wranglerEnvironment = target.config['wrangler-environment'] ?? '';
  const text = await readFile(config, 'utf8').catch(() => null);
  if (text === null) throw refused(`the artifact does not hold ${file}. Add it to \`artifact\` of the ${target.surface}`);
  const configuration = configurationOf(text, file, wranglerEnvironment);
  requireAccount(target, configuration);
  await requireFiles(target, config, configuration);
  const cwd = join(tree, target.config.directory);
  await mkdir(cwd, { recursive: true });
  return { config, text, configuration, wranglerEnvironment, cwd };
}

/** @throws {UserError} */
export async function makeReady(target: Target, laidOut: LaidOut, context: ActionContext<Inputs>): Promise<Ready> {
  const wrangler = await context.log.group('Have wrangler', () => chooseWrangler(target, context));
  context.signal.throwIfAborted();
  return { ...laidOut, wrangler, name: target.config.worker };
}

/**
 * wrangler switches first and looks for the zone of a route afterwards: an unknown one would leave the new version live, and the command failed.
 * @throws {UserError}
 */
export async function requireZones(target: Target, { configuration: { zones } }: LaidOut, { inputs, http, signal, log }: ActionContext<Inputs>): Promise<void> {
  const file = target.config['wrangler-config'];
  const cloudflare = cloudflareLaneClient({ http, token: inputs['cloudflare-api-token'], accountId: target.accountId, signal });
  await Promise.all(zones.map(async (zone) => {
    try {
      await cloudflare.zoneId(zone);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (error.code === 'not-found') throw refused(`${file} has a route in the zone ${zone}, which Cloudflare does not know for this token in the account ${target.accountId}. Correct the route, or give the token "Zone: Read" for it`);
      // A token may be allowed routes and not zones; wrangler will say.
      log.info(`Whether the zone ${zone} is there could not be read: ${error.message}`);
    }
  }));
}

/** The account of the wrangler configuration beats the one that we give: both must be the same. */
function requireAccount(target: Target, { account }: WranglerConfiguration): void {
  if (account === null || account === target.accountId) return;
  throw refused(`${target.config['wrangler-config']} says account_id ${account}, but ${target.accountSource} says ${target.accountId}. Correct one of them`);
}

/** What wrangler would upload is in the artifact, and nothing of the shop runs beside the token. */
async function requireFiles(target: Target, config: string, { main, assets, buildCommand }: WranglerConfiguration): Promise<void> {
  const file = target.config['wrangler-config'];
  if (buildCommand !== null) throw refused(`${file} has \`build.command\` (${buildCommand}), which wrangler would run beside the token. Move it into \`build\` of the ${target.surface}, which runs without secrets`);
  if (main === null && assets === null) throw refused(`${file} names neither \`main\` nor \`assets\`, so there is nothing to upload. Add one`);
  const wanted = [['main', main], ['assets.directory', assets?.directory ?? null]] as const;
  for (const [key, path] of wanted) {
    if (path === null || (await access(join(dirname(config), path)).then(() => true, () => false))) continue;
    throw refused(`${file} names ${path} as \`${key}\`, and the artifact does not hold it. Add it to \`artifact\` of the ${target.surface}, or see whether the build makes it`);
  }
}

function refused(why: string): UserError {
  return new UserError(`cf-worker-deploy: ${why}.`, { reasonCode: 'invalid-config' });
}
