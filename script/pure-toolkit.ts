/**
 * `@actions/core` drags an HTTP client (undici, 0.5 MB) into every bundle, for an OIDC token that few ask for: it does not say that its modules have
 * no side effects, so the bundler keeps all of them. They have none (each only declares). A copy beside the compiled kernel says so, and is what the
 * bundler finds first: 50 ms less at each start of an action (`script/bench cold-start`).
 * @see https://webpack.js.org/guides/tree-shaking/#mark-the-file-as-side-effect-free
 */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export async function copyPureToolkit(root: string): Promise<void> {
  const copy = join(root, 'packages/shared/build/node_modules/@actions/core');
  await cp(join(root, 'node_modules/@actions/core'), copy, { recursive: true });
  const described = join(copy, 'package.json');
  await writeFile(described, JSON.stringify({ ...(JSON.parse(await readFile(described, 'utf8')) as object), sideEffects: false }));
}
