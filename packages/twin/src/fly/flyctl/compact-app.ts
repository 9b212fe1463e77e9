import type { FlyctlClient } from './client.ts';

const QUERY = 'query ($appName: String!) { appcompact:app(name: $appName) { id internalNumericId name hostname cnameTarget deployed network status appUrl platformVersion organization { id internalNumericId slug paidPlan } postgresAppRole: role { name } } }';

export interface CompactApp {
  readonly id: string;
  readonly name: string;
  readonly hostname: string;
  readonly status: string;
  readonly deployed: boolean;
  readonly organization: { readonly slug: string };
}

/** The app as most commands ask for it first. @throws {FlyctlError} when there is none, with the whole query in its text */
export async function compactApp(client: FlyctlClient, app: string): Promise<CompactApp> {
  return (await client.graphql<{ appcompact: CompactApp }>(QUERY, { appName: app })).appcompact;
}
