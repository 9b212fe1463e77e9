/** Why flyctl may have failed for a reason that passes by itself. */
export type Transience =
  /** Something else changes a Machine at this moment. */
  | 'concurrent-update'
  /** A lease of somebody else: flyctl asked for a minute and gave up. */
  | 'lease-held'
  /** One refused or lost answer of Fly, which flyctl does not ask again for. */
  | 'fly-unwell';

/**
 * flyctl's own words, colours stripped; measured with 0.4.87 against a server that refused each call once. Health timeouts and crash loops are not
 * among them: the image is the reason. A release command that failed is not either, whatever else stands beside it.
 */
const WORDS: readonly (readonly [RegExp, Transience])[] = [
  [/concurrent update in progress|currently replac|machine getting replaced/iu, 'concurrent-update'],
  [/lease currently held by|failed to get lease on VM|failed to acquire leases/iu, 'lease-held'],
  [/rate limit exceeded|failed to (?:create release|set release status to 'running'|get organization SLUG)[^\n]*\(status 5\d\d\)|failed to list VMs|(?:failed to (?:get|update|launch) VM|error getting machine)[^\n]*(?:connection reset|EOF|status(?: code)?:? 5\d\d|Internal Server Error|rate limit)/iu, 'fly-unwell'],
];

// The sequences that a terminal would colour with (ECMA-48); flyctl writes some also without a terminal.
const COLOUR = /\u001b\[[0-9;]*m/gu;

/** What flyctl's output says of a failure that passes; null: nothing, and the same again would fail the same way. */
export function transienceOf(output: string): Transience | null {
  const plain = output.replaceAll(COLOUR, '');
  if (/release[_ ]command failed|unauthorized|no access token available/iu.test(plain)) return null;
  return WORDS.find(([words]) => words.test(plain))?.[1] ?? null;
}
