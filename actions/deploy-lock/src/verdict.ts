import type { ActionResult } from '@vendure-deploy/shared/action';
import { describeHolder, sameRun, type Acquired, type Holder, type LockReading, type Released } from '@vendure-deploy/shared/lock';

export interface LockOutputs extends Record<string, string> {
  'held-by': string;
  sequence: string;
  nonce: string;
}

type Result = ActionResult<LockOutputs>;

export function judgeAcquired(acquired: Acquired, about: { environment: string; holderRun: string; waitSeconds: number }): Result {
  if (acquired.kind === 'held') {
    const { holder, sequence, reentered } = acquired;
    return {
      decision: 'done', reasonCode: 'lock-acquired',
      message: `The lock of ${about.environment} is ours (sequence ${sequence}${reentered ? `, taken before by job ${holder.job} of this run` : ''}).`,
      outputs: { 'held-by': holder.url, sequence: String(sequence), nonce: holder.nonce },
      result: { environment: about.environment, sequence, reentered, holder },
    };
  }
  if (acquired.kind === 'busy') {
    const { holder } = acquired;
    return {
      decision: 'failed', reasonCode: 'lock-held-by-another',
      message: `deploy-lock: ${about.environment} is being deployed by ${describeHolder(holder)}; we waited ${about.waitSeconds} s. ${about.holderRun} Nothing was written. Wait for it, then run this one again; \`wait-seconds\` waits longer.`,
      outputs: { 'held-by': holder.url },
      result: { environment: about.environment, holder, 'holder-run': about.holderRun },
    };
  }
  return unknown(about.environment, acquired.why, 'Whether the lock was taken');
}

export function judgeReleased(released: Released, environment: string): Result {
  if (released.kind === 'unknown') return unknown(environment, released.why, 'Whether the lock was given back');
  if (released.kind === 'foreign') {
    return {
      decision: 'skipped', reasonCode: 'lock-held-by-another',
      message: `The lock of ${environment} is not ours; ${describeHolder(released.holder)} holds it, and it was not touched.`,
      outputs: { 'held-by': released.holder.url },
      result: { environment, holder: released.holder },
    };
  }
  if (released.kind === 'was-free') return { decision: 'skipped', reasonCode: 'lock-free', message: `The lock of ${environment} was free.`, outputs: {}, result: { environment } };
  return {
    decision: 'done', reasonCode: 'lock-released', message: `The lock of ${environment} is free again (sequence ${released.sequence}).`,
    outputs: { sequence: String(released.sequence) }, result: { environment, sequence: released.sequence },
  };
}

export function judgeReading(reading: LockReading, about: { environment: string; holderRun: string; me: Holder }): Result {
  if (reading.kind === 'unknown') return unknown(about.environment, reading.why, 'Who holds the lock');
  const holder = reading.kind === 'read' && reading.state.state === 'held' ? reading.state.holder : null;
  const sequence = reading.kind === 'read' ? reading.state.seq : 0;
  if (holder === null) return { decision: 'done', reasonCode: 'lock-free', message: `The lock of ${about.environment} is free.`, outputs: { sequence: String(sequence) }, result: { environment: about.environment, sequence } };
  return {
    decision: 'done', reasonCode: 'lock-held', message: `The lock of ${about.environment} is held by ${describeHolder(holder)}. ${about.holderRun}`.trim(),
    outputs: { 'held-by': holder.url, sequence: String(sequence), nonce: sameRun(holder, about.me) ? holder.nonce : '' },
    result: { environment: about.environment, sequence, holder, 'holder-run': about.holderRun },
  };
}

function unknown(environment: string, why: string, what: string): Result {
  return {
    decision: 'unknown', reasonCode: 'lock-unknown',
    message: `deploy-lock: ${what} of ${environment} is unknown: ${why}. The job needs \`permissions: contents: write\`; if it has them, run it again.`,
    outputs: {}, result: { environment, why },
  };
}
