import { type SecretsSource, wantedNames } from './secrets-source.ts';

export const sameNames = 'give another name than for password: both values are accepted during a change';

interface Surface {
  readonly app: string;
  readonly secrets?: SecretsSource | undefined;
  readonly redis?: { readonly app: string; readonly password: string; readonly previous: string } | undefined;
}

/** What the Redis app is to accept comes from the same source as the shop's secrets: each name of it that is not wanted there, by its key. */
export function lacksNames({ app, secrets, redis }: Surface): { readonly key: readonly string[]; readonly message: string }[] {
  if (redis === undefined) return [];
  if (secrets === undefined) return [{ key: [], message: 'there is no `secrets` beside it that says where its passwords come from' }];
  const wanted = wantedNames(secrets);
  const absent = (['password', 'previous'] as const).filter((key) => !wanted.includes(redis[key]));
  return [
    ...absent.map((key) => ({ key: [key], message: `\`secrets\` has no ${redis[key]}. It has: ${wanted.join(', ')}.` })),
    ...(redis.app === app ? [{ key: ['app'], message: "it is the shop's own app" }] : []),
  ];
}
