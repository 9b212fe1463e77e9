import { UserError } from '@vendure-deploy/shared/action';
import { checkoutFault } from '@vendure-deploy/shared/checkout';
import { shortSha } from '@vendure-deploy/shared/release';
import { childEnvironment, runTool } from '@vendure-deploy/shared/tools';
import { pack } from './artifact/pack.ts';
import type { Context, Result } from './io.ts';
import type { Target } from './target.ts';

/** The clean checkout becomes an artifact that names its commit; a plugin without `build` is taken as it is. */
export async function build({ config, environment, sha, artifact }: Target, context: Context): Promise<Result> {
  const fault = await checkoutFault(context.workspace, sha, { untracked: true });
  if (fault !== null) throw new UserError(`wp-deploy: ${fault.why}${fault.files ? '. Remove them, or have git ignore them' : ''}.`, { reasonCode: 'checkout-mismatch' });
  for (const key of ['install', 'build'] as const) await runShopCommand(key, config[key] ?? [], sha, context);
  const manifest = await context.log.group('Collect the artifact', () => pack({ workspace: context.workspace, sources: config.sources, into: artifact, plugin: config.plugin, sha }));
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  return {
    decision: 'done',
    reasonCode: 'built',
    message: `The plugin ${config.plugin} of ${shortSha(sha)} was built from its clean checkout: ${manifest.files.length} files, ${bytes} bytes.`,
    outputs: { url: config['public-url'], 'plugin-version': manifest.version },
    result: { surface: 'wordpress', environment, sha, files: manifest.files.length, bytes },
  };
}

/** At the workspace's root, with the allow-listed environment: no token is ever in it. */
async function runShopCommand(key: 'install' | 'build', argv: readonly string[], sha: string, { inputs, log, signal, workspace }: Context): Promise<void> {
  const [command, ...args] = argv;
  if (command === undefined) return;
  const shown = argv.join(' ');
  const seconds = inputs['build-timeout-seconds'];
  const ended = await log.group(`${key}: ${shown}`, () =>
    runTool({ command, args, cwd: workspace, environment: childEnvironment({ CI: 'true', ...(key === 'build' ? { DEPLOY_SHA: sha } : {}) }), deadlineMs: seconds * 1000, signal, log, maxBytes: 0 }).catch((cause: unknown) => {
      signal.throwIfAborted();
      throw new UserError(`wp-deploy: the configured \`${key}\` command could not be started (${shown}). Put ${command} on PATH in a step before this one.`, { reasonCode: 'tool-unavailable', cause });
    }),
  );
  signal.throwIfAborted();
  if (ended.exitCode === 0 && !ended.timedOut) return;
  const how = ended.timedOut ? `did not end within ${seconds} s. \`build-timeout-seconds\` gives it longer` : `ended with ${ended.exitCode === null ? 'a signal' : `exit code ${ended.exitCode}`}. The end of its own log above says why`;
  throw new UserError(`wp-deploy: \`${key}\` (${shown}) ${how}.`, { reasonCode: 'build-failed' });
}
