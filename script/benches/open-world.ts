/** A program of its own: opens a world, says so, and rests until its input ends. The bench weighs it meanwhile. */
import { once } from 'node:events';
import { openWorld } from '../../packages/rehearsal/src/world/open.ts';

const world = await openWorld({ directory: null, keep: false, speed: 10, from: null, say: () => undefined });
process.stdout.write('open\n');
process.stdin.resume();
await once(process.stdin, 'end');
await world.leave();
