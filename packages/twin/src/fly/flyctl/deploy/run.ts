import { readFile } from 'node:fs/promises';
import { parse } from 'smol-toml';
import { definitionOf } from '../../machine-config.ts';
import { flyctlClient, type FlyctlClient } from '../client.ts';
import { clockAt } from '../clock.ts';
import type { DeployCommand } from '../command-line.ts';
import { Canceled, failureOf, find, FlyctlError, textOf } from '../error.ts';
import { groupOf, machinesOf, type RemoteMachine } from '../machines.ts';
import { minimumVersion } from '../secrets/minimum-version.ts';
import { bluegreen } from './bluegreen/bluegreen.ts';
import { deployCanaries } from './canary.ts';
import { type Deployment, inform, type Update, warn } from './deployment.ts';
import { createGroups, groupChanges, removeMachines, tellChanges } from './groups.ts';
import { resolveImage } from './image.ts';
import { inputForUpdate } from './launch-input.ts';
import { acquireAll, betweenRenewals, keepRefreshing, releaseAll } from './leases.ts';
import { updateWithRecovery } from './recovery.ts';
import { createRelease, patchRelease, type Progress } from './release.ts';
import { runReleaseCommand } from './release-command.ts';
import { immediate, rolling } from './rolling.ts';
import { shortDuration } from './waits.ts';

interface Toml {
  readonly app?: string;
  readonly deploy?: Readonly<Record<string, unknown>> & { readonly strategy?: string };
}

const VERSION = '0.4.87';
const STRATEGIES = ['canary', 'rolling', 'immediate', 'bluegreen'];
const NOT_OURS = new Set(['fly_app_release_command', 'fly_app_console', 'fly_app_test_machine_command']);

/** `flyctl deploy --image …`. @throws what it fails with; whoever calls makes the exit code of it */
export async function deploy(command: DeployCommand, speed: number): Promise<void> {
  const signals = listenForSignals();
  const client = flyctlClient({ speed, signal: signals.working });
  const clock = clockAt(speed);
  const toml = parse(await readToml(command.config)) as Toml;
  const app = command.app || (toml.app ?? '');
  process.stderr.write('==> Verifying app config\n');
  process.stdout.write(`Validating ${command.config}\n\u001b[32m✓\u001b[0m Configuration is valid\n`);
  process.stderr.write('--> Verified app config\n');
  const { organization } = await client.machines<{ organization: { slug: string } }>('GET', `/v1/apps/${app}`);
  const image = await resolveImage(client, { app, organization: organization.slug, image: command.image });
  process.stdout.write(`\nWatch your deployment at https://fly.io/apps/${app}/monitoring\n\n`);
  const strategy = strategyOf(command, toml);
  if (command.waitTimeout !== null) inform(`Using wait timeout: ${shortDuration(command.waitTimeoutMs)} lease timeout: ${shortDuration(command.leaseTimeoutMs)} delay between lease refreshes: ${shortDuration(betweenRenewals(command.leaseTimeoutMs))}\n`);
  const machines = machinesOf(client, app);
  const { found, firstDeploy } = await existing({ client, app, organization: organization.slug });
  const definition = definitionOf(toml, { ...toml.deploy, strategy, ...(command.maxUnavailable === null ? {} : { max_unavailable: command.maxUnavailable }) });
  const release = await createRelease(client, { app, buildId: image.buildId, definition, image: image.reference, strategy });
  await client.graphql('query ($appName: String!) { app(name: $appName) { egressIpAddresses { nodes { id ip version region updatedAt } } } }', { appName: app }).catch(() => null);
  const deployment: Deployment = { app, toml, image: image.reference, strategy, release, command, client, machines, clock, speed, signal: signals.working, minimumSecretsVersion: await minimumVersion(app), firstDeploy, looked: new Set() };
  await patchRelease(client, clock, { id: release.id, status: 'running', metadata: null }).catch((error: unknown) => {
    throw new FlyctlError(`failed to set release status to 'running': ${textOf(error)}`, { cause: error });
  });
  await carryOut(deployment, found, signals);
  if (process.env['FLY_EMIT_RELEASE_JSON'] !== undefined) process.stdout.write(`${JSON.stringify({ id: release.id, version: release.version, image_ref: image.reference })}\n`);
  process.stdout.write(`\nVisit your newly deployed app at https://${app}.fly.dev/\n\n`);
}

interface Signals {
  /** All of flyctl's work; bluegreen goes on until its next look. */
  readonly working: AbortSignal;
  readonly pressed: AbortSignal;
  /** From now on a signal is noticed, and the work goes on. */
  onlyNotice(): void;
}

function listenForSignals(): Signals {
  const working = new AbortController();
  const pressed = new AbortController();
  let ends = true;
  for (const [signal, word] of [['SIGINT', 'interrupt'], ['SIGTERM', 'terminated']] as const) {
    process.on(signal, () => {
      process.stderr.write('\n');
      const reason = new Canceled(`${word} signal received`);
      pressed.abort(reason);
      if (ends) working.abort(reason);
    });
  }
  return { working: working.signal, pressed: pressed.signal, onlyNotice: () => void (ends = false) };
}

/** The release is told how it ended, whatever happened. */
async function carryOut(deployment: Deployment, found: readonly RemoteMachine[], signals: Signals): Promise<void> {
  const { client, clock, release, app, command } = deployment;
  const error = await failureOf(deployMachines(deployment, found, signals));
  const interrupted = error !== null && find(error, Canceled) !== null;
  const status: Progress['status'] = error === null ? 'complete' : interrupted ? 'interrupted' : 'failed';
  const metadata = { post_deployment_info: { flyctl_version: VERSION, error: error === null || interrupted ? '' : textOf(error) } };
  // After a signal there is one second left for this.
  const last = signals.working.aborted ? AbortSignal.timeout(1000) : undefined;
  await patchRelease(client, clock, { id: release.id, status, metadata }, last).catch((failure: unknown) => {
    warn(`failed to set final release status after ${error === null ? 'successful deployment' : 'deployment failure'}: ${textOf(failure)}\n`);
  });
  if (error !== null) throw error;
  if (command.dnsChecks && !command.detach) await client.machines('GET', `/v1/apps/${app}/ip_assignments`).catch((failure: unknown) => warn(`DNS checks failed: ${textOf(failure)}\n`));
}

async function deployMachines(deployment: Deployment, found: readonly RemoteMachine[], signals: Signals): Promise<void> {
  await runReleaseCommand(deployment);
  const changes = groupChanges(deployment.toml, found);
  tellChanges(deployment, changes);
  if (deployment.strategy === 'canary' && !deployment.firstDeploy) await deployCanaries(deployment);
  await removeMachines(deployment, changes.removed);
  if (!deployment.command.updateOnly) await createGroups(deployment, changes.added);
  const updates = found.filter((machine) => !changes.removed.includes(machine)).map((machine) => inputForUpdate(deployment, machine));
  if (updates.length === 0) return;
  if (deployment.command.deployRetries > 0 && deployment.strategy !== 'bluegreen') {
    process.stdout.write(`Updating existing machines in '${deployment.app}' with ${deployment.strategy} strategy\n`);
    return updateWithRecovery(deployment, updates);
  }
  await updateUnderLease(deployment, updates, signals);
}

async function updateUnderLease(deployment: Deployment, updates: readonly Update[], signals: Signals): Promise<void> {
  const { machines, strategy, app, command, signal } = deployment;
  const say = (): unknown => process.stdout.write(`Updating existing machines in '${app}' with ${strategy} strategy\n`);
  const retried = command.deployRetries > 0;
  if (retried) {
    say();
    await machines.list();
  }
  const held = updates.map((update) => update.held);
  await acquireAll(deployment, held);
  for (const one of held) keepRefreshing(deployment, one, signal);
  if (!retried) say();
  try {
    if (strategy === 'bluegreen') {
      signals.onlyNotice();
      await bluegreen(deployment, updates, signals.pressed);
    } else if (strategy === 'immediate') await immediate(deployment, updates);
    else await rolling(deployment, updates);
  } finally {
    await releaseAll(deployment, held);
  }
}

function strategyOf({ strategy: given, maxUnavailable, config }: DeployCommand, toml: Toml): string {
  const strategy = given || (toml.deploy?.strategy ?? 'rolling');
  if (!STRATEGIES.includes(strategy)) {
    process.stderr.write(`Validating ${config}\nunsupported deployment strategy '${strategy}'; Apps v2 supports the following strategies: ${STRATEGIES.join(', ')}\n   \u001b[31m✘\u001b[0minvalid app configuration\n`);
    throw new FlyctlError('App configuration is not valid');
  }
  if (maxUnavailable !== null && maxUnavailable <= 0) throw new FlyctlError('the value for --max-unavailable must be > 0');
  return strategy;
}

/** The Machines that flyctl has made. Without any it looks once more, then this is a first deploy, with addresses (measured: so does one empty list). */
async function existing({ client, app, organization }: { client: FlyctlClient; app: string; organization: string }): Promise<{ found: RemoteMachine[]; firstDeploy: boolean }> {
  const machines = machinesOf(client, app);
  const isOurs = (machine: RemoteMachine): boolean => machine.config.metadata['fly_platform_version'] === 'v2' && !NOT_OURS.has(groupOf(machine));
  const found = (await machines.list('failed to list VMs even after retries')).filter(isOurs);
  if (found.length > 0) return { found, firstDeploy: false };
  const again = (await machines.list()).filter(isOurs);
  const firstDeploy = again.length > 0;
  if (firstDeploy) {
    process.stderr.write("\u001b[33m[WARNING]\u001b[0m Your app doesn't have any Fly Launch machines, so we'll create one now. Learn more at \nhttps://fly.io/docs/launch/\n\n");
    await allocateAddresses(client, app, organization);
  }
  return { found, firstDeploy };
}

async function allocateAddresses(client: FlyctlClient, app: string, organization: string): Promise<void> {
  const path = `/v1/apps/${app}/ip_assignments`;
  const { ips } = await client.machines<{ ips: unknown[] }>('GET', path);
  if (ips.length > 0) return;
  process.stdout.write(`Provisioning ips for ${app}\n`);
  const allocate = (type: string): Promise<{ ip?: string }> => client.machines('POST', path, { body: { type, region: '', org_slug: organization, network: '', service_name: '' } });
  process.stdout.write(`  Dedicated ipv6: ${(await allocate('v6')).ip ?? ''}\n`);
  process.stdout.write(`  Shared ipv4: ${(await allocate('shared_v4')).ip ?? ''}\n  Add a dedicated ipv4 with: fly ips allocate-v4\n\n`);
}

async function readToml(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => {
    throw new FlyctlError(`config file not found at specified path: ${path} (also tried: ${path}/fly.toml)`);
  });
}
