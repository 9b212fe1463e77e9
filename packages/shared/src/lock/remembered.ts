import { z } from 'zod';
import type { Intended } from './release.ts';
import { readMessage, writeMessage } from './state.ts';
import type { Known } from './swap.ts';

/** What a main step leaves for its post step, as text. */
export function rememberHead({ sha, tree, state }: Known): string {
  return JSON.stringify({ sha, tree, message: writeMessage(state) });
}

/** @returns null: nothing was left */
export function recallHead(text: string): Known | null {
  const left = z.object({ sha: z.string(), tree: z.string(), message: z.string() }).safeParse(valueOf(text));
  if (!left.success) return null;
  const { sha, tree, message } = left.data;
  const said = readMessage(message);
  return said.kind === 'state' ? { kind: 'read', sha, tree, state: said.state } : null;
}

export function rememberIntended(intended: Intended): string {
  return JSON.stringify(intended);
}

/** @returns null: nothing was left */
export function recallIntended(text: string): Intended | null {
  return z.object({ sha: z.string(), parent: z.string(), sequence: z.number() }).safeParse(valueOf(text)).data ?? null;
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
