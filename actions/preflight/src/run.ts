import { resolve } from 'node:path';
import type { ActionResult } from '@vendure-deploy/shared/action';
import { loadConfig } from '@vendure-deploy/shared/config';
import { runForecast } from '@vendure-deploy/shared/release';
import { startOfAttempt } from '@vendure-deploy/shared/sla';
import { type Check, makeChecks } from './check.ts';
import { factsOf } from './facts.ts';
import { linesOf, pageOf } from './flight-plan/page.ts';
import { readPlan } from './flight-plan/read.ts';
import { commitChecks } from './plan/commit.ts';
import { credentialChecks } from './plan/credentials.ts';
import { servingChecks } from './plan/serving.ts';
import { backupCheck, shopChecks } from './plan/shop.ts';
import { migrationSection } from './migration-scan/section.ts';
import { imageTagOf } from './revision.ts';
import { type Context, readSubject } from './subject.ts';
import { summaryOf } from './summary.ts';
import { judge, type PreflightOutputs } from './verdict.ts';

/** All checks at once, each after what it needs to know, and a backup once all of them allow the deploy. */
export async function run(context: Context): Promise<ActionResult<PreflightOutputs>> {
  const { inputs, log, clock } = context;
  const subject = readSubject(context, await loadConfig(resolve(context.workspace, inputs.config)));
  const facts = factsOf(context, subject);
  const planned = [commitChecks, credentialChecks, servingChecks, shopChecks].flatMap((part) => part(context, subject, facts));
  const [found, startedAt] = await Promise.all([log.group('Ask every provider', () => makeChecks(planned, clock)), startOfAttempt(context, inputs['github-token'])]);
  const plan = found.some(({ id, status }) => id === 'ref' && status !== 'failed') ? await readPlan(context, subject, facts, found) : null;
  if (plan !== null) await log.group('Flight plan', async () => { for (const line of linesOf(plan)) log.info(line); });
  const backup = subject.vendure === null ? null : backupCheck(context, subject, facts, found);
  const checks = backup === null ? found : [...found, ...(await log.group('Backup', () => makeChecks([backup.planned], clock)))];
  context.signal.throwIfAborted();
  say(context, checks);
  const revision = await facts.revision().catch(() => null);
  const commit = revision?.kind === 'commit' ? { sha: revision.sha, from: revision.from, imageTag: imageTagOf(inputs.environment, revision.sha) } : null;
  context.summary.add(summaryOf(`${inputs.environment}, ${commit?.sha ?? subject.ref}`, checks));
  if (plan !== null) context.summary.add(pageOf(plan, inputs['dry-run']));
  const isScanned = checks.some(({ id, status }) => id === 'migration-scan' && status !== 'skipped');
  context.summary.add(migrationSection(isScanned ? await facts.migrations().catch(() => null) : null));
  const forecast = plan?.forecast.kind === 'known' ? runForecast(plan.forecast.value, subject.surfaces, inputs['bake-seconds']) : null;
  return judge({ checks, commit, serving: await facts.servingShas(), backup: backup?.taken() ?? null, plan, dryRun: inputs['dry-run'], startedAt, forecast, lockRepository: subject.place.lock?.repository ?? '' });
}

function say({ log }: Context, checks: readonly Check[]): void {
  for (const one of checks) log.info(`${one.status.padEnd(7)} ${one.name}: ${one.evidence}`);
  for (const one of checks.filter(({ status }) => status === 'warning')) log.warning(`preflight: ${one.name}: ${one.evidence}. ${one.next}`.trim());
}
