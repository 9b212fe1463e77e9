import type { ActionContext, ActionResult } from '@vendure-deploy/shared/action';
import { flyClient } from '@vendure-deploy/shared/providers/fly';
import { type Attempted, attempts } from './attempts.ts';
import { fenced, notOlder, readAnchor, readWorkspace, settleFirst, warnOfReach } from './before-write.ts';
import { auditAndBackUp } from './before-switch.ts';
import { conclude, refuse, type Story, verdictOf } from './conclusion.ts';
import { countByGroup, newestRelease, working } from './fleet.ts';
import { deployWithFlyctl } from './flyctl.ts';
import { openFlyctl } from './flyctl-tool.ts';
import type { inputs as declared, outputs } from './io.ts';
import { judge } from './judge.ts';
import { type Observed, observe } from './observe.ts';
import type { Plan } from './plan.ts';
import { refuseInputs } from './refusals.ts';
import { rollBack } from './rollback.ts';
import { stageSecrets } from './secrets/stage.ts';
import { isReasonToDeploy, isShipment, readSecrets, textToStage, warnOfUnknown } from './secrets/sync.ts';
import { stopwatch } from './stopwatch.ts';
import { clearUnfinished, withoutUnfinished } from './unfinished.ts';

type Context = ActionContext<typeof declared>;
type Result = ActionResult<typeof outputs>;

/** Read, refuse, settle, the shop's own audit and backup, fence, stage secrets, fence, flyctl, and then the gate: the exit code is never the verdict. */
export async function run(context: Context): Promise<Result> {
  const { inputs, log, http, clock, signal } = context;
  refuseInputs(inputs);
  const { surface, strategy, flyctlRelease, commands } = await readWorkspace(context);
  const fly = flyClient({ http, token: inputs['fly-api-token'], app: surface.app, signal });
  const read = (): Promise<Observed> => observe({ fly, http, signal, versionUrl: `${surface['public-url']}${surface['version-path']}`, healthUrl: `${surface['public-url']}${surface['health-path']}` });
  const watch = stopwatch(clock);

  const anchor = await watch.time('read', () => log.group('Read what serves now', () => readAnchor(context, surface.app, read)));
  const secrets = await watch.time('secrets', () => log.group('Compare the secrets', () => readSecrets({ context, surface, fly, machines: working(anchor.machines) })));
  const story: Story = { anchor, previous: anchor.public.kind === 'serves' ? anchor.public.sha : '', secrets, watch };
  const imageOnly: Plan = {
    app: surface.app,
    sha: inputs.sha,
    tag: inputs['image-tag'],
    digest: inputs['image-digest'],
    groups: surface['process-groups'],
    image: `${surface['image-repository']}:${inputs['image-tag']}`,
    fleet: countByGroup(strategy === 'bluegreen' ? withoutUnfinished(anchor.machines, surface['process-groups']) : anchor.machines),
    runId: context.run.runId,
    afterRelease: null,
  };
  if (!inputs.redeploy && !isReasonToDeploy(secrets) && judge(imageOnly, { kind: 'none' }, anchor, story.previous).decision === 'skipped') {
    warnOfUnknown(secrets, log);
    return conclude(story, imageOnly, { attempt: { kind: 'none' }, observed: anchor, runs: 0, leases: [], stopped: null });
  }
  const plan: Plan = { ...imageOnly, afterRelease: isShipment(secrets) || inputs.redeploy ? newestRelease(anchor.machines) : null };
  await Promise.all([notOlder(context, story.previous), warnOfReach(context, fly, surface.app)]);
  const text = textToStage(secrets);
  await watch.time('settle', () => log.group('Settle', () => settleFirst(context, fly, anchor)));
  const backup = await auditAndBackUp(context, commands, watch);

  const fence = (): Promise<string | null> => fenced(context);
  const held = await fence();
  if (held !== null) return refuse(story, plan, { decision: 'failed', reasonCode: 'fence-lost', message: held }, { backup });
  const flyctl = openFlyctl(context, flyctlRelease);
  try {
    await watch.time('tool', () => log.group('Install flyctl', () => flyctl.install()));
    const staged = secrets === null || text === null ? NOTHING : await watch.time('secrets', () => log.group('Stage the secrets', () => stageSecrets({ context, app: surface.app, fly, flyctl, secrets, text })));
    if (staged.problem !== null) return refuse(story, plan, staged.problem, { backup, staged });
    // What is staged ships with whoever deploys next: the lock was ours before it, and has to be ours still.
    const lost = staged.staged.length === 0 ? null : await fence();
    if (lost !== null) return refuse(story, plan, { decision: 'failed', reasonCode: 'fence-lost', message: `${lost} Staged at Fly already, and shipped by whoever deploys next: ${staged.staged.join(', ')}.` }, { backup, staged });

    const prepare = async ({ machines }: Observed): Promise<void> => (strategy === 'bluegreen' ? clearUnfinished({ context, fly, groups: plan.groups, machines }) : undefined);
    const deploy = (wanted: Plan, before: Observed, releaseCommand: boolean): Promise<Attempted> =>
      attempts({ context, plan: wanted, before, fly, watch, read, fence, prepare, deploy: (deadlineMs) => deployWithFlyctl({ context, flyctl, surface, image: wanted.image, releaseCommand, fly, watch, deadlineMs }) });
    const attempted = await deploy(plan, anchor, true);
    const returned = inputs.rollback === 'auto' ? await rollBack({ context, judgement: verdictOf(plan, attempted, story.previous), plan, anchor, fence, deploy: (back) => deploy(back, attempted.observed, false) }) : null;
    return conclude(story, plan, attempted, { backup, staged, returned });
  } finally {
    await flyctl.close();
  }
}

const NOTHING = { staged: [], renewed: [], problem: null };
