import { z } from 'zod';
import type { HttpResponse } from '../net/index.ts';
import { jsonOf, placeOf } from './reach.ts';

const answered = z.object({ data: z.record(z.string(), z.unknown()).nullish(), errors: z.array(z.object({ message: z.string() }).loose()).nullish() });

export const JSON_BODY = { 'content-type': 'application/json', accept: 'application/json' } as const;

/**
 * What a GraphQL answer says went wrong; null: nothing. Vendure answers 200 without its database, with `errors`, and says a refused order in a
 * field's `errorCode`.
 */
export function graphqlFault(response: HttpResponse, url: string): string | null {
  const parsed = answered.safeParse(jsonOf(response));
  const place = `${placeOf(url)} (HTTP ${response.status})`;
  if (!parsed.success) return `${place}: no GraphQL answer`;
  const { data, errors } = parsed.data;
  if ((errors ?? []).length > 0) return `${place}: GraphQL answered with errors: ${(errors?.[0]?.message ?? '').slice(0, 200)}`;
  if (data === null || data === undefined) return `${place}: GraphQL gave no data`;
  for (const [field, value] of Object.entries(data)) {
    const refused = z.object({ errorCode: z.string().min(1), message: z.string().catch('') }).safeParse(value).data;
    if (refused !== undefined) return `${place}: ${field} was refused: ${refused.errorCode}${refused.message === '' ? '' : ` (${refused.message.slice(0, 200)})`}`;
  }
  return null;
}
