import { FlyctlError } from '../../error.ts';
import { checksWanted, nameOf } from '../../machines.ts';
import { type Colours, isReachable } from './colours.ts';

const QUESTION = 'query ($appName: String!) { canPerformBluegreenDeployment(name: $appName) }';

/** The organization may, all Machines run one image, and at least one has a check. @throws {FlyctlError} otherwise; nothing was made yet */
export async function verify(colours: Colours): Promise<void> {
  const { deployment: { client, app }, blues } = colours;
  const { canPerformBluegreenDeployment: may } = await client.graphql<{ canPerformBluegreenDeployment: boolean }>(QUESTION, { appName: app });
  if (!may) throw new FlyctlError("app can't undergo bluegreen deployment due to org limits");
  process.stderr.write('\nVerifying if app can be safely deployed \n');
  oneImage(colours);
  const unchecked = blues.filter(({ input }) => checksWanted(input.config) === 0);
  for (const { held } of unchecked) process.stderr.write(`\n[WARN] Machine ${nameOf(held.machine)} doesn't have healthchecks setup. We won't check its health.`);
  if (blues.length === 0 || unchecked.length < blues.length) return;
  process.stderr.write('\n\nYou need to define at least 1 check in order to use blue-green deployments. Refer to https://fly.io/docs/reference/configuration/#services-tcp_checks\n');
  throw new FlyctlError('app not in valid state for bluegreen deployments');
}

/** By repository and tag only: two digests of a tag are one image to flyctl. */
function oneImage({ deployment: { app }, blues }: Colours): void {
  const unreachable = blues.filter((blue) => !isReachable(blue)).map(({ held }) => held.machine.id);
  const images = new Map<string, string[]>();
  for (const { held: { machine } } of blues.filter(isReachable)) {
    const image = `${machine.image_ref?.repository ?? ''}:${machine.image_ref?.tag ?? ''}`;
    images.set(image, [...(images.get(image) ?? []), machine.id]);
  }
  if (unreachable.length > 0) warnOf(unreachable);
  if (images.size === 1 || (images.size === 0 && unreachable.length > 0)) return;
  const marked = new Set(blues.filter(({ held }) => held.machine.config.metadata['fly_bluegreen_deployment_tag'] === 'safe_to_destroy').map(({ held: { machine } }) => `${machine.image_ref?.repository ?? ''}:${machine.image_ref?.tag ?? ''}`));
  const listed = [...images].map(([image, ids]) => `    [x] ${image} - ${ids.length} machine(s) (${ids.join(',')})\n`).join('');
  process.stderr.write(`\n  Found ${images.size} different images in your app (for bluegreen to work, all machines need to run a single image)\n${listed}`);
  if (marked.size > 0) {
    const destroyable = [...marked].map((image) => `    [x] ${image} - ${images.get(image)?.length ?? 0} machine(s) ('fly machines destroy --force --image=${image} --app=${app}')\n`).join('');
    process.stderr.write(`\n  These image(s) are from a previous failed deployment and can be safely destroyed:\n${destroyable}`);
  }
  process.stderr.write("\n  Here's how to fix your app so deployments can go through:\n    1. Find all the unwanted image versions from the list above.\n       Use 'fly machines list' and 'fly releases --image' to help determine unwanted images.\n    2. For each unwanted image version, run 'fly machines destroy --force --image=<image-version> --app <app-name>'\n    3. Retry the deployment with 'fly deploy'\n\n");
  throw new FlyctlError('found multiple image versions');
}

function warnOf(ids: readonly string[]): void {
  const bar = '!'.repeat(70);
  process.stderr.write(`\n${bar}\n  WARNING: some machines are on hosts that are not ok — skipping image check for them\n\n  ${ids.length} machine(s) could not be reached to verify their running image:\n${ids.map((id) => `    · ${id}\n`).join('')}\n  Deployment proceeding. These machines will be replaced on healthy hosts\n  and force-destroyed at the end of the deployment.\n${bar}\n\n`);
}
