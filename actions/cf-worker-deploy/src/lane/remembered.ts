import { z } from 'zod';

/** What the post step needs to close a lane that the main step could not: saved before the route is written, emptied once it is settled. */
const remembered = z.object({
  accountId: z.string(),
  zoneId: z.string(),
  zone: z.string(),
  worker: z.string(),
  pattern: z.string(),
  versionUrl: z.string(),
  versionId: z.string(),
});

export type Remembered = z.infer<typeof remembered>;

export const STATE = 'unsettled-lane';

/** null: there is nothing to be closed. */
export function recall(saved: string): Remembered | null {
  return saved === '' ? null : remembered.parse(JSON.parse(saved));
}
