import { z } from 'zod';
import { SHOP } from '../world/host.ts';
import type { GhCommand } from './command-line.ts';
import { fieldsOf } from './fields.ts';
import { type Answer, ask } from './github.ts';
import { GhRefusal } from './refusal.ts';

/** `gh api`: one call, or with --paginate all pages of it, as GitHub answers. */
export async function api(command: Extract<GhCommand, { name: 'api' }>): Promise<void> {
  const fields = await fieldsOf(command);
  const hasFields = Object.keys(fields).length > 0;
  const method = (command.method ?? (hasFields ? 'POST' : 'GET')).toUpperCase();
  const path = command.path.replace('{owner}/{repo}', SHOP);
  const isRead = method === 'GET';
  const asked = isRead && hasFields ? `${path}${path.includes('?') ? '&' : '?'}${new URLSearchParams(fields).toString()}` : path;
  for (let next: string | null = asked; next !== null;) {
    const answer: Answer = await ask(method, next, isRead || !hasFields ? null : fields);
    process.stdout.write(answer.text);
    if (answer.status > 299) throw new GhRefusal(`gh: ${messageOf(answer.text)} (HTTP ${answer.status})`);
    next = command.paginate ? answer.next : null;
  }
}

const refused = z.object({ message: z.string() });

function messageOf(text: string): string {
  try {
    return refused.parse(JSON.parse(text)).message;
  } catch {
    return '';
  }
}
