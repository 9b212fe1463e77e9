import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { control as askControl, type ToolEffect } from './control.ts';

/**
 * Starts a real flyctl in the stand-in's place, so that the faults of the tool act on it, too. Its own waits are not made faster: the twin has to run at
 * its speed. @returns the exit code
 */
export async function main(argv: readonly string[], { control, binary }: { control: string; binary: string }): Promise<number> {
  const { effect, speed } = await askControl(control, argv);
  if (effect.kind === 'hang') await new Promise(() => setInterval(() => undefined, 60_000));
  if (effect.kind === 'exit' && !effect.withEffect) return effect.code;
  const code = await run(binary, argv, effect, speed);
  return effect.kind === 'exit' ? effect.code : code;
}

async function run(binary: string, argv: readonly string[], effect: ToolEffect, speed: number): Promise<number> {
  const child = spawn(binary, [...argv], { stdio: 'inherit' });
  // Of the group, flyctl gets the signal itself; what is sent to this process alone is passed on.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  if (effect.kind === 'killed-after') {
    setTimeout(() => {
      child.kill('SIGKILL');
      process.kill(process.pid, 'SIGKILL');
    }, effect.milliseconds / speed);
  }
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new Error(`flyctl at ${binary} could not be started: ${cause.message}`, { cause })));
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}
