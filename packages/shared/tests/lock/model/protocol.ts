import {
  acquire, fence, release, releaseRun, type AcquireRequest, type Fence, type GitRefClient, type Hold, type Holder, type Intended, type RefMove, type Released, type RunHolder, type StandingReader,
} from '../../../src/lock/index.ts';
import type { Known } from '../../../src/lock/swap.ts';
import type { Process } from './virtual-time.ts';

/** One process that speaks to the lock. */
export interface Place {
  readonly process: Process;
  readonly git: GitRefClient & { deleteRef(): Promise<RefMove> };
  readonly runs: StandingReader;
  readonly random: () => number;
}

export interface Asked extends Pick<AcquireRequest, 'from' | 'waitMs' | 'signal'> {
  readonly holder: Holder;
  readonly hold: Hold;
  readonly intend: (intended: Intended) => void;
}

/** What a deployer does with a lock, whatever the lock is made of. */
export interface Locking {
  /** null: it is not ours, or that is not known. */
  acquire(asked: Asked): Promise<Known | null>;
  fence(holder: Holder): Promise<Fence>;
  release(nonce: string, left: { known: Known | null; intended: Intended | null }): Promise<Released['kind']>;
  releaseRun(me: RunHolder): Promise<void>;
}

export type Protocol = (place: Place) => Locking;

const never = new AbortController().signal;
const environment = 'production';

/** The lock itself. */
export const commitChain: Protocol = ({ process, git, runs, random }) => {
  const common = { git, environment, phase: '', reason: '', clock: process.clock, signal: never };
  return {
    async acquire(asked) {
      const got = await acquire({ ...common, ...runs, ...asked, random });
      return got.kind === 'held' ? got.head : null;
    },
    fence: ({ nonce }) => fence({ ...common, mine: (holder) => holder.nonce === nonce }),
    release: async (nonce, { known, intended }) => (await release({ ...common, mine: (holder) => holder.nonce === nonce, ...(known === null ? {} : { known }), ...(known !== null || intended === null ? {} : { intended }) })).kind,
    releaseRun: async (me) => void (await releaseRun({ ...common, ...runs, me })),
  };
};
