import type { ActionResult } from '@vendure-deploy/shared/action';
import { describeHold, lockRef, sameRun, type Acquired, type Busy, type Holder, type Judgement, type LockReading, type LockState, type RunReleased } from '@vendure-deploy/shared/lock';

export interface LockOutputs extends Record<string, string> {
  'held-by': string;
  sequence: string;
  nonce: string;
}

type Result = ActionResult<LockOutputs>;

export interface About {
  readonly environment: string;
  /** Where this runs: there the workflow is that breaks a lock. */
  readonly repository: string;
  readonly waitSeconds: number;
  readonly me: Holder;
}

export function judgeAcquired(acquired: Acquired, about: About): Result {
  if (acquired.kind === 'held') {
    const { head: { state: { seq: sequence } }, holder, reentered, previous } = acquired;
    return {
      decision: 'done', reasonCode: 'lock-acquired',
      message: `The lock of ${about.environment} is ours (sequence ${sequence}${reentered ? ', taken before by this run' : ''}${previous === null ? '' : ', taken over'}).`,
      outputs: { 'held-by': placeOf(holder), sequence: String(sequence), nonce: holder.nonce },
      result: { environment: about.environment, state: 'held', sequence, reentered, holder, 'previous-holder': previous },
    };
  }
  if (acquired.kind === 'busy') {
    const { busy } = acquired;
    return {
      decision: 'failed', reasonCode: 'lock-held-by-another',
      message: `deploy-lock: ${about.environment} is being deployed by ${describeHold(busy.holder, busy.state)}; we waited ${about.waitSeconds} s. ${busy.judgement.why} Nothing was written. ${waysOn(busy, about)}`,
      outputs: { 'held-by': placeOf(busy.holder) },
      result: { environment: about.environment, ...held(busy.state, busy.judgement) },
    };
  }
  return unreadable(acquired, 'Whether the lock was taken', about);
}

export function judgeReleased(released: RunReleased, about: About): Result {
  const { environment } = about;
  switch (released.kind) {
    case 'released': return {
      decision: 'done', reasonCode: 'lock-released', message: `The lock of ${environment} is free again (sequence ${released.sequence}).`,
      outputs: { sequence: String(released.sequence) }, result: { environment, state: 'free', sequence: released.sequence },
    };
    case 'kept': return {
      decision: 'skipped', reasonCode: 'lock-held',
      message: `The lock of ${environment} stays ours: the runner of a job of this run was lost and may still be at work. Once this run has ended, the next deploy takes it, in ${Math.ceil(released.freeInMs / 1000)} s.`,
      outputs: { 'held-by': about.me.kind === 'actions' ? about.me.url : '' }, result: { environment, state: 'held', 'free-in-seconds': Math.ceil(released.freeInMs / 1000) },
    };
    case 'was-free': return { decision: 'skipped', reasonCode: 'lock-free', message: `The lock of ${environment} was free.`, outputs: {}, result: { environment, state: 'free' } };
    case 'lost': return {
      decision: 'skipped', reasonCode: 'lock-held-by-another',
      message: `The lock of ${environment} is not ours; ${describeHold(released.holder, released.state)} holds it, and it was not touched.`,
      outputs: { 'held-by': placeOf(released.holder) },
      result: { environment, ...held(released.state, null) },
    };
    default: return unreadable(released, 'Whether the lock was given back', about);
  }
}

/** @param judgement of the holder; null: there is none */
export function judgeReading(reading: LockReading, judgement: Judgement | null, about: About): Result {
  const { environment } = about;
  if (reading.kind !== 'absent' && reading.kind !== 'read') return unreadable(reading, 'Who holds the lock', about);
  const sequence = reading.kind === 'read' ? reading.state.seq : 0;
  const holder = reading.kind === 'read' && reading.state.state === 'held' ? reading.state.holder : null;
  if (reading.kind === 'absent' || holder === null || judgement === null) {
    return { decision: 'done', reasonCode: 'lock-free', message: `The lock of ${environment} is free.`, outputs: { sequence: String(sequence) }, result: { environment, state: 'free', sequence } };
  }
  const isOurs = sameRun(holder, about.me);
  const next = isOurs ? '' : judgement.kind === 'dead' ? ' The next deploy takes it.' : ` ${waysOn({ holder, state: reading.state, judgement }, about)}`;
  return {
    decision: 'done', reasonCode: 'lock-held', message: `The lock of ${environment} is held by ${describeHold(holder, reading.state)}. ${isOurs ? 'That is this run.' : judgement.why}${next}`,
    outputs: { 'held-by': placeOf(holder), sequence: String(sequence), nonce: isOurs ? holder.nonce : '' },
    result: { environment, ...held(reading.state, judgement) },
  };
}

/** How to wait, to steal where that is possible, and to force. */
function waysOn({ holder, judgement }: Busy, { environment, repository, waitSeconds }: About): string {
  const freeIn = judgement.kind === 'holds' && judgement.freeInMs !== null ? Math.ceil(judgement.freeInMs / 1000) : null;
  const look = holder.kind === 'local' ? `Ask @${holder.actor} (${holder.user === undefined ? '' : `${holder.user}@`}${holder.host})` : `Look:  gh run view ${holder.run_id} -R ${holder.repo}`;
  const wait = freeIn === null ? `wait for it, and run this again; \`wait-seconds\` (${waitSeconds} now) waits longer` : `run this again in ${freeIn} s`;
  const command = `gh workflow run deploy-lock.yml -R ${repository} -f environment=${environment}`;
  const steal = holder.kind === 'local' ? ` Take it once it is silent for 120 s:  ${command} -f operation=steal` : '';
  return `${look} ; ${wait}.${steal} Only if you know that it is dead, break it:  ${command} -f operation=force -f confirm_environment=${environment} -f reason='why'`;
}

function held({ seq, hold, holder, since, phase, reason }: LockState, judgement: Judgement | null): Record<string, unknown> {
  const freeIn = judgement?.kind === 'holds' && judgement.freeInMs !== null ? Math.ceil(judgement.freeInMs / 1000) : null;
  return { state: 'held', sequence: seq, hold, holder, since, phase, reason, ...(judgement === null ? {} : { 'holder-is': judgement.kind === 'dead' ? 'dead' : 'holding', 'holder-why': judgement.why, 'free-in-seconds': judgement.kind === 'dead' ? 0 : freeIn }) };
}

function placeOf(holder: Holder): string {
  return holder.kind === 'local' ? `local:${holder.user === undefined ? '' : `${holder.user}@`}${holder.host}` : holder.url;
}

function unreadable({ kind, why }: { kind: 'foreign' | 'denied' | 'unknown'; why: string }, what: string, { environment }: About): Result {
  switch (kind) {
    case 'denied': return { decision: 'failed', reasonCode: 'lock-denied', message: `deploy-lock: ${why}. Nothing was written. For this repository say \`permissions: contents: write\` in the job; for another give a GitHub App's token as \`github-token\`.`, outputs: {}, result: { environment, why } };
    case 'foreign': return { decision: 'failed', reasonCode: 'lock-foreign', message: `deploy-lock: ${why}. It was not written over. Look:  git fetch origin ${lockRef(environment)} && git log -1 FETCH_HEAD`, outputs: {}, result: { environment, why } };
    case 'unknown': return { decision: 'unknown', reasonCode: 'lock-unknown', message: `deploy-lock: ${what} of ${environment} is unknown: ${why}. Run it again.`, outputs: {}, result: { environment, why } };
  }
}
