import { z } from 'zod';

/** An application of Cloudflare Access, as far as it says who may see which host. */
export interface AccessApp {
  readonly id: string;
  readonly name: string;
  /** null: an application that stands before no host, a bookmark for one. */
  readonly audience: string | null;
  /** Hosts, with a path or without; `*` stands for a part of either. */
  readonly domains: readonly string[];
  /** Paths that are open to everybody all the same. */
  readonly publicPaths: readonly string[];
  /** What its policies decide: allow, non_identity, bypass, deny. null: they have to be asked for. */
  readonly decisions: readonly string[] | null;
}

const override = z.object({ behavior: z.string().nullish(), path_pattern: z.string().nullish() });
const destination = z.object({ type: z.string().nullish(), uri: z.string().nullish(), overrides: z.array(override).nullish() });
const policy = z.object({ decision: z.string() });

export const accessPolicies = z.array(policy).transform((policies): readonly string[] => policies.map(({ decision }) => decision));

const accessApp = z.object({
  id: z.string(),
  name: z.string().nullish(),
  aud: z.string().nullish(),
  domain: z.string().nullish(),
  self_hosted_domains: z.array(z.string()).nullish(),
  destinations: z.array(destination).nullish(),
  overrides: z.array(override).nullish(),
  policies: z.array(z.unknown()).nullish(),
});

export const accessApps = z.array(accessApp).transform((apps): readonly AccessApp[] =>
  apps.map(({ id, name, aud, domain, self_hosted_domains: hosts, destinations, overrides, policies }) => {
    const inline = z.array(policy).safeParse(policies);
    return {
      id,
      name: name ?? id,
      audience: aud ?? null,
      domains: [...new Set([domain, ...(hosts ?? []), ...(destinations ?? []).map(({ uri }) => uri)].filter((one) => one !== null && one !== undefined))],
      publicPaths: [...(overrides ?? []), ...(destinations ?? []).flatMap((one) => one.overrides ?? [])].filter(({ behavior }) => behavior === 'public').map(({ path_pattern: path }) => path ?? '*'),
      decisions: inline.success ? inline.data.map(({ decision }) => decision) : null,
    };
  }),
);
