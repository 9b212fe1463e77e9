/**
 * What other people's tools and tables say of this repository; closes with `N passed, N failed, N skipped`.
 *   script/conformance                          all of it that needs nothing given
 *   script/conformance fly --tool flyctl=PATH   the fly suite once more, with that flyctl
 */
import { parseArgs } from 'node:util';
import { actExpressions } from './conformance-checks/act-expressions.ts';
import { alone } from './conformance-checks/alone.ts';
import { type Check, fail, type Outcome } from './conformance-checks/check.ts';
import { officialExpressions } from './conformance-checks/expressions.ts';
import { linters } from './conformance-checks/linters/index.ts';
import { ociDistribution } from './conformance-checks/oci-distribution.ts';
import { realBuildKit } from './conformance-checks/real-buildkit.ts';
import { realFlyctl } from './conformance-checks/real-flyctl.ts';
import { realHost } from './conformance-checks/real-host.ts';
import { realVendure } from './conformance-checks/real-vendure.ts';
import { recipes } from './conformance-checks/recipes.ts';
import { registryClients } from './conformance-checks/registry-clients.ts';

const flyctl = flyctlOf(process.argv.slice(2));
const checks: readonly Check[] = flyctl === null ? [...linters, officialExpressions, actExpressions, ...ociDistribution, ...registryClients, realFlyctl(null), realBuildKit, realHost, realVendure, recipes, alone] : [realFlyctl(flyctl)];
const total = { passed: 0, failed: 0, skipped: 0 };

for (const check of checks) {
  const started = performance.now();
  const result = await check.run((line) => console.log(`     ${line}`)).catch((error: Error) => fail(error.message));
  total.passed += result.passed;
  total.failed += result.failed;
  total.skipped += result.skipped;
  console.log(`${markOf(result)} ${check.name}${countsOf(result)} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  if (result.said !== '') console.log(result.said.trimEnd().replaceAll(/^/gmu, '     '));
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;

function markOf({ passed, failed }: Outcome): string {
  if (failed > 0) return 'FAIL';
  return passed > 0 ? 'ok  ' : 'skip';
}

/** Of a check with many cases. */
function countsOf({ passed, failed, skipped }: Outcome): string {
  return passed + failed + skipped < 2 ? '' : `: ${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** The flyctl that was given; null without arguments. Ends with code 2 where they do not fit. */
function flyctlOf(argv: readonly string[]): string | null {
  if (argv.length === 0) return null;
  try {
    const { positionals: [suite], values: { tool = '' } } = parseArgs({ args: [...argv], allowPositionals: true, options: { tool: { type: 'string' } } });
    if (suite === 'fly' && /^flyctl=./u.test(tool)) return tool.slice('flyctl='.length);
  } catch {
    // An unknown option is told below, like any other misuse.
  }
  console.error(`conformance: "${argv.join(' ')}" is not understood. Either no argument, or:  script/conformance fly --tool flyctl=PATH`);
  process.exit(2);
}
