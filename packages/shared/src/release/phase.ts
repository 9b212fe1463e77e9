/** The phases of a full lane, as its jobs are called. From `vendure` on each begins when the one before it has ended. */
export const PHASES = ['preflight', 'image', 'dashboard-build', 'storefront-build', 'vendure', 'dashboard', 'storefront', 'verify', 'report'] as const;

export type PhaseName = (typeof PHASES)[number];

/** Those of a run that deploys these surfaces. */
export function phasesOf(surfaces: readonly string[]): PhaseName[] {
  const needs: Partial<Record<PhaseName, string>> = { image: 'vendure', 'dashboard-build': 'dashboard', 'storefront-build': 'storefront', vendure: 'vendure', dashboard: 'dashboard', storefront: 'storefront' };
  return PHASES.filter((phase) => needs[phase] === undefined || surfaces.includes(needs[phase]));
}
