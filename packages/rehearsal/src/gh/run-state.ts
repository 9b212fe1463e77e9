import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { SHOP } from '../world/host.ts';
import { ask } from './github.ts';
import { httpRefusal } from './refusal.ts';

const shape = z.object({ id: z.number(), name: z.string(), head_branch: z.string(), run_attempt: z.number(), status: z.string(), conclusion: z.string().nullable(), html_url: z.string() });

type Run = z.infer<typeof shape>;

// As often as the real one asks (its default).
const INTERVAL_MS = 3000;

/** `gh run view`: the least of it, how the run stands. */
export async function runView({ id }: { readonly id: number }): Promise<void> {
  process.stdout.write(lineOf(await runOf(id)));
}

/** `gh run watch`: until it has ended. @returns the exit code, which is the run's with --exit-status only */
export async function runWatch({ id, exitStatus }: { readonly id: number; readonly exitStatus: boolean }): Promise<number> {
  let run = await runOf(id);
  while (run.status !== 'completed') {
    await sleep(INTERVAL_MS);
    run = await runOf(id);
  }
  process.stdout.write(lineOf(run));
  return exitStatus && run.conclusion !== 'success' ? 1 : 0;
}

async function runOf(id: number): Promise<Run> {
  const path = `repos/${SHOP}/actions/runs/${id}`;
  const { status, text } = await ask('GET', path);
  if (status === 404) throw httpRefusal(404, 'Not Found', path);
  return shape.parse(JSON.parse(text));
}

function lineOf({ id, name, head_branch: branch, run_attempt: attempt, status, conclusion, html_url: url }: Run): string {
  const how = conclusion ?? status;
  return `${how === 'success' ? '✓' : how === 'failure' ? 'X' : '*'} ${branch} ${name} · ${id}${attempt > 1 ? ` (attempt ${attempt})` : ''}: ${how}\n${url}\n`;
}
