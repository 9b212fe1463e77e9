import type { KnownFailure } from '../types.ts';
import { ACCESS } from './access.ts';
import { BUILD } from './build.ts';
import { COMMIT } from './commit.ts';
import { FLY } from './fly.ts';
import { IMAGE } from './image.ts';
import { LOCK } from './lock.ts';
import { RELEASE_COMMAND } from './release-command.ts';
import { RUNNER } from './runner.ts';
import { VERIFY } from './verify.ts';
import { WORKER } from './worker.ts';

/** Everything that is known, in the order of a deploy. docs/recovery.md is made from it (`npm run tables`). */
export const CATALOGUE: readonly KnownFailure[] = [...COMMIT, ...ACCESS, ...LOCK, ...IMAGE, ...BUILD, ...FLY, ...RELEASE_COMMAND, ...WORKER, ...VERIFY, ...RUNNER];
