import { z } from 'zod';
import { Refusal } from './envelope.ts';

/** @throws {Refusal} 400 with what is wrong, never with the value: it may be a secret. The code is ours. */
export async function readJson<T>(request: Request, shape: z.ZodType<T>): Promise<T> {
  const text = await request.text();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal(400, 10021, 'The body is not JSON.');
  }
  const parsed = shape.safeParse(value);
  if (!parsed.success) throw new Refusal(400, 10021, z.prettifyError(parsed.error));
  return parsed.data;
}
