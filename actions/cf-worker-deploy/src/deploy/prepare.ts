import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ActionContext, UserError } from '@vendure-deploy/shared/action';
import { cloudflareLaneClient, ProviderError } from '@vendure-deploy/shared/providers/cloudflare';
import { unpack } from '../artifact/unpack.ts';
import { requireCheckout } from '../checkout.ts';
import type { Inputs } from '../io.ts';
import { runShopCommand } from '../shop-command.ts';
import type { Target } from '../target.ts';
import { configuredAccount, configuredZones } from '../wrangler/configuration.ts';
import { dryRunArguments } from '../wrangler/arguments.ts';
import { callWrangler } from '../wrangler/call.ts';
import { installedWrangler, type Wrangler } from '../wrangler/installed.ts';

/** The artifact as wrangler will see it. */
export interface LaidOut {
  /** The configuration, in the laid-out artifact. */
  readonly config: string;
  readonly wranglerEnvironment: string;
  readonly cwd: string;
}

/** All that an upload needs, proven without one. */
export interface Ready extends LaidOut {
  readonly wrangler: Wrangler;
  /** Given to the Worker by us; null: the wrangler configuration names it. */
  readonly name: string | null;
}

/** Package managers take one of these: wrangler needs no install script, and the deploying job has a token in its memory. */
const NO_SCRIPTS = { npm_config_ignore_scripts: 'true', pnpm_config_ignore_scripts: 'true', YARN_ENABLE_SCRIPTS: 'false' };

/** @throws {UserError} for whatever would make the upload a wrong one */
export async function prepare(target: Target, tree: string, context: ActionContext<Inputs>): Promise<Ready> {
  return dryRun(target, await layOut(target, tree, context), context);
}

/** Without any request. @throws {UserError} */
export async function layOut(target: Target, tree: string, { log, workspace }: ActionContext<Inputs>): Promise<LaidOut> {
  await requireCheckout(workspace, target.sha);
  const built = await log.group('Verify the artifact', () => unpack({ from: target.artifact, into: tree, sha: target.sha, surface: target.surface }));
  log.info(`${built.files.length} files, built from ${built.sha} for ${built.environment}.`);
  const config = join(tree, target.config['wrangler-config']);
  const wranglerEnvironment = target.config['wrangler-environment'] ?? '';
  await requireAccount(target, config, wranglerEnvironment);
  const cwd = join(tree, target.config.directory);
  await mkdir(cwd, { recursive: true });
  return { config, wranglerEnvironment, cwd };
}

/** @param name the Worker's, where the wrangler configuration cannot know it. @throws {UserError} */
export async function dryRun(target: Target, laidOut: LaidOut, context: ActionContext<Inputs>, name: string | null = null): Promise<Ready> {
  const { inputs, log, signal, temporary } = context;
  const { config, wranglerEnvironment, cwd } = laidOut;
  const wrangler = await installWrangler(target, context);
  const [said] = await log.group(`Dry run with wrangler ${wrangler.version}`, () => Promise.all([
    callWrangler({ wrangler, args: dryRunArguments({ config, environment: wranglerEnvironment, name }), cwd, accountId: target.accountId, token: null, temporary, seconds: inputs['wrangler-timeout-seconds'], signal, log }),
    requireZones(target, config, wranglerEnvironment, context),
  ]));
  signal.throwIfAborted();
  if (said.exitCode !== 0) throw refused(`wrangler cannot deploy this artifact: ${said.timedOut ? 'its dry run did not end in time' : said.firstError || 'its dry run failed without an error, see its log above'}`);
  if (said.workerName !== target.config.worker) {
    throw refused(`${target.config['wrangler-config']} with --env "${wranglerEnvironment}" deploys the Worker "${said.workerName ?? ''}"; environments.${target.environment}.surfaces.${target.surface}.worker is "${target.config.worker}". Correct one of them`);
  }
  return { ...laidOut, wrangler, name };
}

/** Brought by the shop's own install command. @throws {UserError} */
export async function installWrangler(target: Target, { inputs, log, signal, workspace }: ActionContext<Inputs>): Promise<Wrangler> {
  await runShopCommand({ key: 'install', argv: target.config.install, workspace, environment: NO_SCRIPTS, seconds: inputs['build-timeout-seconds'], signal, log });
  return installedWrangler(workspace, target.config.directory, target.wranglerRange);
}

/** wrangler switches first and looks for the zone of a route afterwards: an unknown one would leave the new version live, and the command failed. */
async function requireZones(target: Target, config: string, environment: string, { inputs, http, signal, log }: ActionContext<Inputs>): Promise<void> {
  const file = target.config['wrangler-config'];
  const cloudflare = cloudflareLaneClient({ http, token: inputs['cloudflare-api-token'], accountId: target.accountId, signal });
  await Promise.all(configuredZones(await readFile(config, 'utf8'), file, environment).map(async (zone) => {
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
async function requireAccount(target: Target, config: string, environment: string): Promise<void> {
  const file = target.config['wrangler-config'];
  const text = await readFile(config, 'utf8').catch(() => null);
  if (text === null) throw refused(`the artifact does not hold ${file}. Add it to \`artifact\` of the ${target.surface}`);
  const account = configuredAccount(text, file, environment);
  if (account === null || account === target.accountId) return;
  throw refused(`${file} says account_id ${account}, but ${target.accountSource} says ${target.accountId}. Correct one of them`);
}

function refused(why: string): UserError {
  return new UserError(`cf-worker-deploy: ${why}.`, { reasonCode: 'invalid-config' });
}
