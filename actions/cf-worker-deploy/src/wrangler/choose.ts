import type { ActionContext } from '@vendure-deploy/shared/action';
import type { Inputs } from '../io.ts';
import { runShopCommand } from '../shop-command.ts';
import type { Target } from '../target.ts';
import { shopWrangler } from './shop.ts';
import { suiteWrangler } from './suite.ts';
import type { Wrangler } from './wrangler.ts';

/** Package managers take one of these: wrangler needs no install script, and the deploying job has a token in its memory. */
const NO_SCRIPTS = { npm_config_ignore_scripts: 'true', pnpm_config_ignore_scripts: 'true', YARN_ENABLE_SCRIPTS: 'false' };

/** The shop's own where its configuration asks for that, brought by its own install command; else the suite's. @throws {UserError} */
export async function chooseWrangler(target: Target, { inputs, log, signal, temporary, workspace }: ActionContext<Inputs>): Promise<Wrangler> {
  const seconds = inputs['build-timeout-seconds'];
  if (target.wranglerRange === null) return suiteWrangler({ toolCache: process.env['RUNNER_TOOL_CACHE'] || null, temporary, seconds, signal, log });
  await runShopCommand({ key: 'install', argv: target.config.install, workspace, environment: NO_SCRIPTS, seconds, signal, log });
  return shopWrangler(workspace, target.config.directory, target.wranglerRange);
}
