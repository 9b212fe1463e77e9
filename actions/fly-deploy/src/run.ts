import type { ActionContext, ActionResult } from '@vendure-deploy/shared/action';
import { refuseUnrenewable } from '@vendure-deploy/shared/lock';
import { flyClient } from '@vendure-deploy/shared/providers/fly';
import { outOfTime } from '@vendure-deploy/shared/sla';
import { fenced, type Fleet, notOlder, readAnchor, readWorkspace, settleFirst, warnOfReach } from './before-write.ts';
import { auditAndBackUp } from './before-switch.ts';
import { conclude, refuse, type Story } from './conclusion.ts';
import { countByGroup, newestRelease, working } from './fleet.ts';
import { flyctlInstaller } from './flyctl-tool.ts';
import { gate, pace } from './gate.ts';
import { shopGoal } from './goal.ts';
import type { inputs as declared, outputs } from './io.ts';
import { judge } from './judge.ts';
import { leftOut } from './notes.ts';
import { type Observed, observe } from './observe.ts';
import type { Plan } from './plan.ts';
import { fleetOf } from './redis/app.ts';
import { judgeAlone } from './redis/judge.ts';
import { besideWanted, readRedis } from './redis/state.ts';
import { redisWork, syncRedis } from './redis/sync.ts';
import { refuseInputs } from './refusals.ts';
import { isReasonToDeploy, isShipment, readSecrets, textToStage, warnOfUnknown } from './secrets/sync.ts';
import { ship } from './ship.ts';
import { stopwatch } from './stopwatch.ts';
import { withoutUnfinished } from './unfinished.ts';

type Context = ActionContext<typeof declared>;
type Result = ActionResult<typeof outputs>;

/** Read, refuse, settle, the shop's own audit and backup, the SLA, fence, the Redis app's passwords, fence, and then the shop: its secrets, flyctl, the gate. */
export async function run(context: Context): Promise<Result> {
  const { inputs, log, http, signal } = context;
  refuseInputs(inputs);
  refuseUnrenewable(inputs);
  const { surface, strategy, flyctlRelease, commands, redis, sla } = await readWorkspace(context);
  const fly = flyClient({ http, token: inputs['fly-api-token'], app: surface.app, signal });
  const read = (): Promise<Observed> => observe({ fly, http, signal, versionUrl: `${surface['public-url']}${surface['version-path']}`, healthUrl: `${surface['public-url']}${surface['health-path']}` });
  const watch = stopwatch(context.clock);
  const began = context.clock.now();

  const anchor = await watch.time('read', () => log.group('Read what serves now', () => readAnchor(context, surface.app, read)));
  const seen = redis === null ? null : await watch.time('redis', () => readRedis(context, redis));
  const secrets = await watch.time('secrets', () => log.group('Compare the secrets', () => readSecrets({ context, surface, fly, machines: working(anchor.machines), elsewhere: seen?.listed ?? [] })));
  const redisState = seen === null || secrets === null ? null : besideWanted(seen, secrets, log);
  const left = leftOut(inputs, surface);
  const previous = anchor.public.kind === 'serves' ? anchor.public.sha : '';
  const asRead: Story = { anchor, previous, secrets, redis: redisState, watch, notes: left.whileReading };
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
  const untouched = { attempt: { kind: 'none' }, observed: anchor, runs: 0, again: null, leases: [], stopped: null } as const;
  const shopServes = !inputs.redeploy && !isReasonToDeploy(secrets) && judge(imageOnly, untouched.attempt, anchor, previous).decision === 'skipped';
  if (shopServes && !isReasonToDeploy(redisState?.secrets ?? null)) {
    warnOfUnknown([secrets, redisState?.secrets ?? null], log);
    return conclude(asRead, imageOnly, untouched);
  }
  const plan: Plan = { ...imageOnly, afterRelease: isShipment(secrets) || inputs.redeploy ? newestRelease(anchor.machines) : null };
  const work = redisState === null || secrets === null ? null : redisWork(redisState, secrets);
  const text = shopServes ? null : textToStage(secrets);
  const fleets: readonly Fleet[] = [{ whose: 'the Machines', app: surface.app, fly, input: 'fly-api-token', machines: anchor.machines }, ...(work === null ? [] : [fleetOf(work.redis, work.state.machines)])];
  await Promise.all([notOlder(context, previous), ...fleets.map((fleet) => warnOfReach(context, fleet))]);
  await watch.time('settle', () => log.group('Settle', () => settleFirst(context, fleets)));
  // The Redis app's own image again needs neither: the shop's database is not touched.
  const backup = shopServes ? null : await auditAndBackUp(context, commands, watch);
  const story: Story = { ...asRead, notes: [...left.whileReading, ...left.beforeAnyWrite, ...(shopServes ? [] : left.beforeTheShop)] };

  const installed = flyctlInstaller(context, flyctlRelease);
  await watch.time('tool', () => log.group('Install flyctl', installed));
  // The Redis app alone takes another time than what a deploy of the shop usually does.
  const late = shopServes ? null : await outOfTime(context, { terms: sla, own: 'vendure', sha: inputs.sha, spentSeconds: (context.clock.now() - began) / 1000, token: inputs['github-token'] });
  if (late !== null) return refuse(story, plan, { decision: 'failed', reasonCode: 'sla-unreachable', message: late }, { backup });
  // Right before the first write, and not before a download that may take its time.
  const fence = (): Promise<string | null> => fenced(context);
  const held = await fence();
  if (held !== null) return refuse(story, plan, { decision: 'failed', reasonCode: 'fence-lost', message: held }, { backup });
  const synced = work === null ? null : await watch.time('redis', () => syncRedis({ ...work, context, installed, fence }));
  if (synced !== null && synced.problem !== null) return refuse(story, plan, synced.problem, { backup, synced });
  if (shopServes && work !== null) {
    const observed = await watch.time('gate', () => log.group('Read back', () => gate({ ...context, ...pace(inputs), read, goal: shopGoal(imageOnly) })));
    return conclude(story, imageOnly, { ...untouched, observed }, { synced, judgement: judgeAlone(work.redis, imageOnly, observed) });
  }
  const lost = synced === null ? null : await fence();
  if (lost !== null) return refuse(story, plan, { decision: 'failed', reasonCode: 'fence-lost', message: lost }, { backup, synced });
  return ship({ context, surface, strategy, fly, read, watch, fence, installed, story, plan, text, done: { backup, synced } });
}
