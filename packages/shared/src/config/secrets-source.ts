import { z } from 'zod';
import { CREDENTIAL_NAMES } from '../credentials/names.ts';

/** A name that any shell and any runtime takes for an environment variable. */
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/).describe('A name of letters, digits and _, which does not begin with a digit');

const fromInputs = z.strictObject({
  source: z.literal('inputs'),
  names: z.array(variable).min(1).refine((names) => new Set(names).size === names.length, 'it names one twice').describe('Each of them stands in the input fly-secrets'),
});

const reference = z.string().regex(/^[^#\s]+(?:#.+)?$/).describe('secret-id#key, or secret-id for the whole of a secret that is no JSON');
const isNotEmpty = [(map: object) => Object.keys(map).length > 0, 'it is empty'] as const;

/** Secrets Manager, as one identity of one account. */
const manager = {
  source: z.literal('aws'),
  region: z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/).describe('A region of AWS, such as ap-northeast-1'),
  account: z.string().regex(/^\d{12}$/).describe('The AWS account, 12 digits in quotes; compared before any secret is read'),
  role: z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/\S+$/).describe("The ARN of the role that the job takes by GitHub's OIDC; without it, a laptop's profile is used").optional(),
};

const fromAws = z.strictObject({ ...manager, map: z.record(variable, reference).refine(...isNotEmpty) });

/** Where the deploy's own secrets come from that neither an input nor a variable of the step gives. */
export const credentialSource = z.strictObject({ ...manager, map: z.partialRecord(z.enum(CREDENTIAL_NAMES), reference).refine(...isNotEmpty).describe("Names of the suite's secrets (docs/secrets.md), each with where it lies") });

/** Where the wanted values of the Fly app's secrets come from. Only names stand in the configuration, never a value. */
export const secretsSource = z.discriminatedUnion('source', [fromInputs, fromAws], { error: (issue) => (issue.code === 'invalid_union' ? 'give inputs or aws' : undefined) });

export type SecretsSource = z.infer<typeof secretsSource>;

/** The names of all wanted secrets, in the order of the configuration. */
export function wantedNames(source: SecretsSource): readonly string[] {
  return source.source === 'inputs' ? source.names : Object.keys(source.map);
}
