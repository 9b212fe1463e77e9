/** What other people's tools and tables say of this repository; closes with `N passed, N failed, N skipped`. */
import { actExpressions } from './conformance-checks/act-expressions.ts';
import { alone } from './conformance-checks/alone.ts';
import { type Check, fail, type Outcome } from './conformance-checks/check.ts';
import { officialExpressions } from './conformance-checks/expressions.ts';
import { linters } from './conformance-checks/linters.ts';

const checks: readonly Check[] = [...linters, officialExpressions, actExpressions, alone];
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
