import { join } from 'node:path';
import type { ActionContext, ActionResult } from '@vendure-deploy/shared/action';
import type { VendureSurface } from '@vendure-deploy/shared/config';
import type { FlyClient } from '@vendure-deploy/shared/providers/fly';
import type { Secret } from '@vendure-deploy/shared/secrets';
import { type Attempted, attempts } from './attempts.ts';
import { conclude, type Done, refuse, type Story, verdictOf } from './conclusion.ts';
import { deployArguments, deployWithFlyctl } from './flyctl.ts';
import { type Flyctl, type Installed, openFlyctl } from './flyctl-tool.ts';
import { shopGoal } from './goal.ts';
import type { inputs as declared, outputs } from './io.ts';
import type { Observed } from './observe.ts';
import type { Plan } from './plan.ts';
import { rollBack } from './rollback.ts';
import { type Staged, stageSecrets } from './secrets/stage.ts';
import type { Stopwatch } from './stopwatch.ts';
import { clearUnfinished } from './unfinished.ts';

interface Shipment {
  readonly context: ActionContext<typeof declared>;
  readonly surface: VendureSurface;
  readonly strategy: string;
  readonly fly: FlyClient;
  readonly read: () => Promise<Observed>;
  readonly watch: Stopwatch;
  readonly fence: () => Promise<string | null>;
  readonly installed: Installed;
  readonly story: Story;
  readonly plan: Plan;
  /** The secrets that differ, for flyctl; null: there are none. */
  readonly text: Secret | null;
  /** What this run has done before. */
  readonly done: Done;
}

/** The shop itself: stage its secrets, fence, flyctl, and then the gate: the exit code is never the verdict. */
export async function ship(shipment: Shipment): Promise<ActionResult<typeof outputs>> {
  const { context, installed } = shipment;
  const flyctl = openFlyctl(context, { installed, token: context.inputs['fly-api-token'] });
  try {
    return await shipWith(flyctl, shipment);
  } finally {
    await flyctl.close();
  }
}

async function shipWith(flyctl: Flyctl, { context, surface, strategy, fly, read, watch, fence, story, plan, text, done }: Shipment): Promise<ActionResult<typeof outputs>> {
  const { inputs, log, workspace } = context;
  const { secrets } = story;
  const staged = secrets === null || text === null ? NOTHING : await watch.time('secrets', () => log.group('Stage the secrets', () => stageSecrets({ context, app: surface.app, fly, flyctl, secrets, text })));
  if (staged.problem !== null) return refuse(story, plan, staged.problem, { ...done, staged });
  // What is staged ships with whoever deploys next: the lock was ours before it, and has to be ours still.
  const lost = staged.staged.length === 0 ? null : await fence();
  if (lost !== null) return refuse(story, plan, { decision: 'failed', reasonCode: 'fence-lost', message: `${lost} Staged at Fly already, and shipped by whoever deploys next: ${staged.staged.join(', ')}.` }, { ...done, staged });

  const argumentsFor = ({ image }: Plan, releaseCommand: boolean, seconds: number): string[] => deployArguments({
    app: surface.app,
    config: join(workspace, surface['fly-config']),
    image,
    strategy: inputs.strategy || (surface.strategy ?? ''),
    maxUnavailable: inputs['max-unavailable'],
    releaseCommand,
    updateOnly: false,
    seconds,
  });
  const prepare = async ({ machines }: Observed): Promise<void> => (strategy === 'bluegreen' ? clearUnfinished({ context, fly, groups: plan.groups, machines }) : undefined);
  const deploy = (wanted: Plan, before: Observed, releaseCommand: boolean): Promise<Attempted> =>
    attempts({ context, goal: shopGoal(wanted), before, fly, watch, read, fence, prepare, deploy: (deadlineMs) => deployWithFlyctl({ context, flyctl, args: argumentsFor(wanted, releaseCommand, deadlineMs / 1000), fly, watch, deadlineMs }) });
  const attempted = await deploy(plan, story.anchor, true);
  const returned = inputs.rollback === 'auto' ? await rollBack({ context, judgement: verdictOf(plan, attempted, story.previous), plan, anchor: story.anchor, fence, deploy: (back) => deploy(back, attempted.observed, false) }) : null;
  return conclude(story, plan, attempted, { ...done, staged, returned });
}

const NOTHING: Staged = { staged: [], renewed: [], problem: null };
