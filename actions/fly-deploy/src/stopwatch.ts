import { type Clock, type Stopwatch as StopwatchOf, stopwatch as stopwatchOf } from '@vendure-deploy/shared/action';

export type Phase = 'read' | 'secrets' | 'redis' | 'settle' | 'drift' | 'backup' | 'tool' | 'flyctl' | 'release-command' | 'gate';

export type Stopwatch = StopwatchOf<Phase>;

export const stopwatch: (clock: Clock) => Stopwatch = stopwatchOf;
