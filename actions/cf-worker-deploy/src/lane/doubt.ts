import { ProviderError } from '@vendure-deploy/shared/providers/cloudflare';
import type { Proof } from '../access/judge.ts';
import { isOurs } from './anchor.ts';
import { otherAddress } from './judge.ts';
import { type Opening, prove, unprovenAccess } from './opening.ts';
import { waitForVersion } from './waiting.ts';

interface SoFar {
  readonly wasOpen: boolean;
  readonly nothingToWrite: boolean;
  /** What Cloudflare said against the route. */
  readonly refusal: string | null;
}

/** All that has to be so while the route is there, in order. The first doubt ends it; null: there is none. */
export async function firstDoubt(opening: Opening, { wasOpen, nothingToWrite, refusal }: SoFar): Promise<{ doubt: string | null; proof: Proof | null }> {
  const { lane, live, service, session: { waiting }, context: { log, signal } } = opening;
  let proof: Proof | null = null;
  const steps: readonly (() => Promise<string | null>)[] = [
    async () => (wasOpen ? null : log.group('Read the route back', () => readBack(opening, refusal))),
    async () => {
      proof = await prove(opening, wasOpen ? 'Prove that Access stands before the open lane' : 'Prove Access again, with the route');
      return proof.kind === 'proven' ? null : unprovenAccess(opening, proof.why);
    },
    async () => (nothingToWrite ? null : log.group('See that no other address leads to the Worker', () => turnOff(opening))),
    () => log.group('Ask with the service token', () => waitForVersion(waiting, service, { versionId: live.versionId, sha: lane.sha })),
  ];
  for (const step of steps) {
    const doubt = signal.aborted ? 'it was cancelled' : await step().catch(asDoubt);
    if (doubt !== null) return { doubt: signal.aborted ? 'it was cancelled' : doubt, proof };
  }
  return { doubt: null, proof };
}

async function readBack({ lane, zoneId, session: { cloudflare } }: Opening, refusal: string | null): Promise<string | null> {
  const [routes, domains] = await Promise.all([cloudflare.lane.routes(zoneId), cloudflare.lane.domains(lane.worker)]);
  if (routes.some(isOurs(lane))) return otherAddress(lane, { routes, domains });
  const other = routes.find(({ pattern }) => pattern === lane.pattern);
  const said = refusal === null ? '' : ` (${refusal})`;
  return other === undefined ? `the route ${lane.pattern} is not there after it was created${said}` : `the route ${lane.pattern} leads to ${other.worker ?? 'no Worker'} now${said}`;
}

async function turnOff({ lane, session: { cloudflare }, context: { log } }: Opening): Promise<string | null> {
  const isOff = async (): Promise<boolean> => {
    const { enabled, previewsEnabled } = await cloudflare.subdomain(lane.worker);
    return !enabled && !previewsEnabled;
  };
  if (await isOff()) return null;
  log.warning(`${lane.worker} was reachable on workers.dev or by addresses of its versions, which Access does not guard; both are turned off. Set workers_dev and preview_urls to false in its wrangler configuration.`);
  await cloudflare.lane.turnOffSubdomain(lane.worker);
  return (await isOff()) ? null : `${lane.worker} is still reachable on workers.dev or by addresses of its versions`;
}

function asDoubt(error: unknown): string {
  if (error instanceof ProviderError) return error.message;
  throw error;
}
