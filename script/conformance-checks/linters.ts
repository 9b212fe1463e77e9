import { glob } from 'node:fs/promises';
import { installed } from '../conformance-tools.ts';
import { type Check, fail, missing, pass, root, start } from './check.ts';

const SHOP = 'examples/shop/.github/workflows';

/** What the linters of workflows say of ours and of the example shop's. */
export const linters: readonly Check[] = [
  linter('zizmor', 'zizmor, auditor persona', () => ['--offline', '--quiet', '--persona=auditor', '--strict-collection', '--config', '.github/zizmor.yml', '.github/workflows', 'actions', SHOP]),
  linter('actionlint', 'actionlint, workflows of the suite', () => ['-config-file', '.github/actionlint.yaml', '-shellcheck=', '-pyflakes=']),
  linter('actionlint', 'actionlint, workflows of the example shop', async () => ['-config-file', '.github/actionlint.yaml', '-shellcheck=', '-pyflakes=', ...(await workflowsOfShop())]),
];

function linter(tool: string, name: string, args: () => string[] | Promise<string[]>): Check {
  return {
    name,
    run: async (say) => {
      const found = await installed(tool, say);
      if ('missing' in found) return missing(found.missing);
      const { code, said } = await start(found.path, await args());
      return code === 0 ? pass() : fail(said);
    },
  };
}

/** It looks for workflows below its own repository only. */
async function workflowsOfShop(): Promise<string[]> {
  const files: string[] = [];
  for await (const file of glob(`${SHOP}/*.yml`, { cwd: root })) files.push(file);
  if (files.length === 0) throw new Error(`${SHOP} holds no workflow: nothing would be checked.`);
  return files.sort();
}
