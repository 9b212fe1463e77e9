import { join } from 'node:path';
import { childEnvironment, runTool } from '@vendure-deploy/shared/tools';
import { UserError } from '@vendure-deploy/shared/action';
import type { Files, Look } from '../host/host.ts';
import { HOST_ALIAS } from '../ssh/configuration.ts';
import { rsyncFailure } from '../ssh/failure.ts';
import { TRIES } from '../ssh/session.ts';
import { sameFiles } from './difference.ts';
import { takeLock } from './locked.ts';
import type { Stage } from './stage.ts';

/**
 * Brings the files into a folder beside the live copy, as often as the network breaks it, each time on top of what is there. What lies there then is read
 * from the host: rsync's exit code only says whether another go is worth it.
 * @returns how it was healed, if it was. @throws {UserError} nothing was switched
 */
export async function upload(stage: Stage, { from, folder, wanted, changedPhp }: { readonly from: string; readonly folder: string; readonly wanted: Files; readonly changedPhp: readonly string[] }): Promise<{ readonly beside: Look; readonly tries: number }> {
  const { target: { config }, context, session, host } = stage;
  const { inputs, log, signal, clock } = context;
  const at = `${config['releases-path']}/${config.plugin}/${folder}`;
  for (let attempt = 1; ; attempt += 1) {
    await takeLock(stage, inputs['upload-timeout-seconds'], folder);
    const ended = await runTool({
      command: 'rsync',
      // By content, and without times: a checkout is always new, and what has not changed is to be a hard link of the live file, with its time (for opcache).
      args: ['-rlpc', '--delete', '--chmod=D755,F644', `--link-dest=${config['plugins-path']}/${config.plugin}`, '--timeout=30', '-e', session.remoteShell, '--', './', `${HOST_ALIAS}:${at}/`],
      cwd: from, environment: childEnvironment({}), deadlineMs: inputs['upload-timeout-seconds'] * 1000, signal, log, quiet: true,
    }).catch((cause: unknown) => {
      signal.throwIfAborted();
      throw new UserError('wp-deploy: rsync is not on PATH here. GitHub\'s ubuntu runners have it; elsewhere install it in a step before this one.', { reasonCode: 'tool-unavailable', cause });
    });
    signal.throwIfAborted();
    const failure = ended.exitCode === 0 && !ended.timedOut ? null : rsyncFailure(ended);
    if (failure?.kind === 'permanent') throw new UserError(`wp-deploy: ${config.user}@${config.host}: ${failure.why}. Nothing was switched; what was uploaded lies in ${at}.`, { reasonCode: failure.reasonCode });
    const beside = await host.look({ folder, php: changedPhp });
    if (sameFiles(beside.beside, wanted)) return { beside, tries: attempt };
    const why = failure?.why ?? 'rsync said that it succeeded, and what lies there is not what was sent';
    if (attempt >= TRIES) throw new UserError(`wp-deploy: ${config.user}@${config.host}: ${why}; ${TRIES} tries. Nothing was switched; what was uploaded lies in ${at}.`, { reasonCode: failure === null ? 'upload-failed' : failure.reasonCode });
    log.info(`${why}. Once more, onto what is there.`);
    await clock.sleep(inputs['retry-seconds'] * 1000, signal);
  }
}

/** Of the session, and gone with it. */
export function uploadFolder(sessionFolder: string): string {
  return join(sessionFolder, 'plugin');
}
