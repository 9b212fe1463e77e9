import { UserError } from '@vendure-deploy/shared/action';
import type { WordPressSurface } from '@vendure-deploy/shared/config';
import type { Look } from '../host/host.ts';
import type { Stage } from './stage.ts';

/** A copy, the upload beside it and the one that is kept. */
const COPIES_IN_ROOM = 3;

/** Why nothing can be switched there; null when all is as it has to be. Pure. */
export function hostFault(look: Look, config: Pick<WordPressSurface, 'plugins-path' | 'releases-path' | 'plugin' | 'user'>, bytes: number): string | null {
  const live = `${config['plugins-path']}/${config.plugin}`;
  const [missing] = look.missing;
  if (!look.plugins) return `there is no folder ${config['plugins-path']}. Correct \`plugins-path\``;
  if (look.live === 'link') return `${live} is a symbolic link, whose target PHP may hold on to after a switch. Make it a folder of its own:  cp -rL ${live} ${live}.new && rm ${live} && mv ${live}.new ${live}`;
  if (look.live === 'other') return `${live} is no folder. Move it away`;
  if (missing !== undefined) return `it has no ${missing} on the PATH of a login without a terminal. Install it there, or name the program by its absolute path`;
  if (!look.writable.plugins) return `${config.user} may not write in ${config['plugins-path']}. It has to be the user that owns the site`;
  if (!look.writable.releases) return `${config.user} may not write at ${config['releases-path']}. Make the folder there:  install -d -o ${config.user} ${config['releases-path']}`;
  if (!look.oneFileSystem) return `${config['releases-path']} and ${config['plugins-path']} lie on two file systems, between which nothing can be renamed. Choose another \`releases-path\``;
  if (look.free < COPIES_IN_ROOM * bytes) return `${look.free} bytes are free there, and ${COPIES_IN_ROOM * bytes} are needed`;
  return null;
}

/** @throws {UserError} host-not-ready: nothing was written */
export async function requireReady({ target: { config }, wordPress }: Stage, look: Look, bytes: number): Promise<void> {
  const fault = hostFault(look, config, bytes) ?? (await wordPress.fault());
  if (fault !== null) throw new UserError(`wp-deploy: ${config.user}@${config.host}: ${fault}. Nothing was written.`, { reasonCode: 'host-not-ready' });
}
