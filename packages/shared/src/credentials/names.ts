/** What a secret is made of: one token, lines NAME=VALUE, or one JSON object of texts. */
type Shape = 'token' | 'lines' | 'json';

interface Credential {
  readonly shape: Shape;
  /** For messages and docs/secrets.md. */
  readonly what: string;
}

/**
 * Every secret of a deploy, by the one name that it has everywhere: as a secret of a workflow, as a variable of a step's environment, and in the map of the
 * configuration's `credentials`. What starts the lanes elsewhere than on GitHub passes just these on.
 */
export const CREDENTIALS = {
  FLY_API_TOKEN: { shape: 'token', what: 'Fly token that may deploy the Vendure app, and pull and push its image' },
  SOURCE_FLY_API_TOKEN: { shape: 'token', what: 'Fly token that may pull the image which is promoted, where FLY_API_TOKEN may not' },
  REDIS_FLY_API_TOKEN: { shape: 'token', what: 'Fly token that may deploy the Redis app, where the configuration has `redis`' },
  CLOUDFLARE_API_TOKEN: { shape: 'token', what: 'Cloudflare token that may edit the Workers and their routes' },
  COMMAND_ENVIRONMENT: { shape: 'lines', what: "lines NAME=VALUE for the shop's own drift audit and backup" },
  FLY_SECRETS: { shape: 'json', what: "one JSON object, name to value: the shop's secrets at Fly, where the configuration has `secrets.source: inputs`" },
  DASHBOARD_SECRETS: { shape: 'lines', what: "lines NAME=VALUE: secrets of the Dashboard's Worker" },
  STOREFRONT_SECRETS: { shape: 'lines', what: "lines NAME=VALUE: secrets of the Storefront's Worker" },
  JOBS_TOKEN: { shape: 'token', what: "the token of the shop's job checks, where the configuration has `verify.jobs-path`" },
  ACCESS_CLIENT_ID: { shape: 'token', what: 'client id of the service token that Cloudflare Access lets through' },
  ACCESS_CLIENT_SECRET: { shape: 'token', what: 'its client secret' },
} as const satisfies Readonly<Record<string, Credential>>;

export type CredentialName = keyof typeof CREDENTIALS;

export const CREDENTIAL_NAMES = Object.keys(CREDENTIALS) as [CredentialName, ...CredentialName[]];
