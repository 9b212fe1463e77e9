export interface SeenMachine {
  readonly id: string;
  readonly group: string;
  readonly state: string;
  readonly image: string;
  readonly release: string;
  /** Of a bluegreen deploy. */
  readonly tag: string | null;
  readonly isCanary: boolean;
  readonly cordoned: boolean;
  readonly leased: boolean;
  readonly isHealthy: boolean;
}

/** A Machine in one line, in words. Of what is destroyed nobody looks at checks and leases. */
export function writeMachine({ id, group, state, image, release, tag, isCanary, cordoned, leased, isHealthy }: SeenMachine): string {
  const isThere = state !== 'destroyed';
  const words = [...(tag === null ? [] : [/^\d+$/u.test(tag) ? 'tagged' : tag]), ...(isCanary ? ['canary'] : []), ...(cordoned ? ['cordoned'] : []), ...(isThere && leased ? ['leased'] : []), ...(isThere && state === 'started' && !isHealthy ? ['ill'] : [])];
  return [id, group, state, image.replace(/^.*?:/u, ''), `release ${release}`, ...words].join(' ');
}
