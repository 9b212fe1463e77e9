import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Challenge } from '@vendure-deploy/twin';
import { installed } from '../conformance-tools.ts';
import { type Check, fail, missing, type Outcome } from './check.ts';
import { inside, noNetwork } from './loopback-only.ts';

// Docker-registry 2.8.2 passes 703 of 848; fewer here would mean that the suite left out what it found unsupported.
const AT_LEAST = 750;

/** The official suite of the distribution spec, in its default settings, against the twin's registry. */
export const ociDistribution: readonly Check[] = (['basic', 'bearer'] as const).map((challenge) => ({
  name: `OCI distribution conformance of the twin's registry, ${challenge}`,
  run: async (say) => {
    const suite = await installed('oci-distribution', say);
    if ('missing' in suite) return missing(suite.missing);
    const why = await noNetwork();
    return why === null ? against(challenge, suite.path) : missing(why);
  },
}));

async function against(challenge: Challenge, suite: string): Promise<Outcome> {
  const results = await mkdtemp(join(tmpdir(), 'conformance-'));
  try {
    const { code, said } = await inside([process.execPath, ...process.execArgv, join(import.meta.dirname, 'registry/suite-run.ts'), suite, results, challenge]);
    const report = await readFile(join(results, 'junit.xml'), 'utf8').catch(() => null);
    if (report === null) return fail(`the suite wrote no report:\n${said}`);
    return judge(countsOf(report), { code, said });
  } finally {
    await rm(results, { recursive: true });
  }
}

interface Counts {
  readonly tests: number;
  readonly failed: number;
  /** Its default settings leave out what is new in the next version of the spec, and cancelling an upload, which is optional. */
  readonly leftOut: number;
  /** Skipped by the suite itself, since it found that the registry cannot do it. */
  readonly unsupported: number;
}

function countsOf(report: string): Counts {
  const head = /<testsuite [^>]*>/u.exec(report)?.[0] ?? '';
  const count = (name: string): number => Number(new RegExp(` ${name}="(\\d+)"`, 'u').exec(head)?.[1] ?? 0);
  return { tests: count('tests'), failed: count('failures') + count('errors'), leftOut: count('disabled'), unsupported: count('skipped') };
}

function judge({ tests, failed, leftOut, unsupported }: Counts, { code, said }: { code: number; said: string }): Outcome {
  const passed = tests - failed - leftOut - unsupported;
  const counts = { passed, failed, skipped: leftOut + unsupported };
  if (failed > 0 || unsupported > 0) return { ...counts, failed: failed + unsupported, skipped: leftOut, said };
  if (code !== 0 || passed < AT_LEAST) return fail(`exit code ${code}, and ${passed} passed where at least ${AT_LEAST} should:\n${said}`);
  return { ...counts, said: '' };
}
