import type { DeployConfig, EnvironmentConfig } from '@vendure-deploy/shared/config';

export type SurfaceName = keyof EnvironmentConfig['surfaces'];

/** What a shop's caller of one lane is about. */
export interface CallerOf {
  /** The file's name, which is the lane's. */
  readonly file: string;
  /** What its form offers, where it asks for one. */
  readonly environments: readonly string[];
  /** Those that one of its environments has. */
  readonly surfaces: ReadonlySet<SurfaceName>;
}

/** Which lanes a shop can use, by what its configuration has. @param hasNx whether there is a cache of Nx's to bust */
export function lanesOf({ environments }: DeployConfig, hasNx: boolean): CallerOf[] {
  const having = (...wanted: SurfaceName[]): string[] => Object.keys(environments).filter((name) => wanted.some((surface) => environments[name]?.surfaces[surface] !== undefined));
  const deployed = having('vendure');
  const storefronts = having('storefront').filter((name) => deployed.includes(name));
  const previewed = Object.values(environments).some(({ surfaces }) => surfaces.storefront?.preview !== undefined);
  const lanes: readonly (readonly [file: string, environments: readonly string[], isWanted?: boolean])[] = [
    ['deploy-staging.yml', deployed.filter((name) => name === 'staging')],
    ['deploy-production.yml', deployed.filter((name) => name === 'production')],
    ['fast-deploy-production.yml', deployed.filter((name) => name === 'production')],
    ['deploy-storefront.yml', storefronts],
    ['deploy-prod-preview.yml', having('dashboard', 'storefront').filter((name) => name === 'prod-preview')],
    ['preview-storefront.yml', previewed ? ['preview'] : []],
    ['setup-cloudflare.yml', having('dashboard', 'storefront')],
    ['verify.yml', deployed],
    ['deploy-lock.yml', deployed],
    ['nx-cache-bust.yml', deployed, hasNx],
    ['wp-deploy-vps.yml', having('wordpress')],
  ];
  return lanes.filter(([, of, isWanted = true]) => isWanted && of.length > 0).map(([file, of]) => ({ file, environments: of, surfaces: surfacesOf(of.flatMap((name) => environments[name] ?? [])) }));
}

function surfacesOf(environments: readonly EnvironmentConfig[]): Set<SurfaceName> {
  const names: readonly SurfaceName[] = ['vendure', 'dashboard', 'storefront', 'wordpress'];
  return new Set(names.filter((name) => environments.some(({ surfaces }) => surfaces[name] !== undefined)));
}
