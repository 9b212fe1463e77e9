import { z } from 'zod';
import { processRedactor, Secret, secretLines } from '../secrets/index.ts';
import type { From } from './elsewhere.ts';
import { UserError } from './errors.ts';
import { hideUnlessWord } from './hide.ts';

export type InputKind = 'text' | 'secret' | 'boolean' | 'choice' | 'list' | 'integer' | 'seconds' | 'sha';

export interface InputSpec<T> {
  readonly kind: InputKind;
  readonly description: string;
  readonly required: boolean;
  readonly default: string | null;
  /** What the value may be, for messages and tables. */
  readonly allowed: string;
  /** Of a secret: where it is found when the input is empty; null: nowhere else. */
  readonly from: From | null;
  /** An output of an earlier job: GitHub hands it on empty when it contains the value of a secret. */
  readonly handedOn: boolean;
  /** @throws {UserError} naming the input, the value and what is allowed */
  parse(name: string, raw: string): T;
}

interface Options {
  description: string;
  required?: boolean;
  default?: string;
  handedOn?: boolean;
}

interface SecretOptions extends Options {
  /** Where it is found when the input is empty; whether it has to be found is said there. */
  from?: From;
}

/** What to look for when a value that an earlier job gave is not there. */
const HANDED_ON = 'It is the output of an earlier job, and GitHub drops one that contains the value of a secret (a warning there: "Skip output"). Take names and SHAs, which are public, out of the secrets.';

interface Range {
  min?: number;
  max?: number;
}

/** The kinds of input. An absent input ('' or not set) takes its default; with `required` and no default it is an error. */
export const input = {
  text: (o: Options): InputSpec<string> => spec('text', o, 'text', (value) => value),
  secret: (o: SecretOptions): InputSpec<Secret> => spec('secret', o, 'a secret', (value) => new Secret(value)),
  /** Lines NAME=VALUE. The values are hidden before any other input is read: no message about one can show them. */
  secrets: (o: SecretOptions): InputSpec<ReadonlyMap<string, Secret>> => spec('secret', o, 'lines NAME=VALUE', (value, name) => secretLines(value, name, hideUnlessWord)),
  /** YAML core rules; absent without a default is false. */
  boolean: (o: Options): InputSpec<boolean> => spec('boolean', o, 'true, false', (value) => value !== '' && yamlBoolean.parse(value)),
  choice: <const T extends string>(o: Options & { values: readonly T[] }): InputSpec<T | ''> =>
    spec('choice', o, o.values.join(', '), (value) => (value === '' ? '' : z.enum(o.values).parse(value))),
  list: (o: Options): InputSpec<readonly string[]> => spec('list', o, 'one per line', (value) => value.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '')),
  integer: (o: Options & Range): InputSpec<number> => spec('integer', o, `a whole number${rangeText(o)}`, (value) => wholeNumber(o).parse(value)),
  seconds: (o: Options & Range): InputSpec<number> => spec('seconds', o, `a whole number of seconds${rangeText({ min: 0, ...o })}`, (value) => wholeNumber({ min: 0, ...o }).parse(value)),
  sha: (o: Options): InputSpec<string> => spec('sha', o, 'a full commit SHA of 40 lower-case hexadecimal digits', (value) => (value === '' ? '' : sha.parse(value))),
} as const;

const sha = z.string().regex(/^[0-9a-f]{40}$/);

/** YAML 1.2 core schema: `yes`, `on`, `1` are text, and would silently mean false elsewhere. */
const yamlBoolean = z.enum(['true', 'True', 'TRUE', 'false', 'False', 'FALSE']).transform((value) => value.toLowerCase() === 'true');

function wholeNumber(range: Range): z.ZodType<number> {
  return z.string().regex(/^-?[0-9]{1,15}$/).transform(Number).refine((value) => value >= (range.min ?? -Infinity) && value <= (range.max ?? Infinity));
}

function rangeText(range: Range): string {
  if (range.min !== undefined && range.max !== undefined) return ` from ${range.min} to ${range.max}`;
  if (range.min !== undefined) return `, ${range.min} or more`;
  return range.max === undefined ? '' : `, ${range.max} or less`;
}

function spec<T>(kind: InputKind, o: SecretOptions, allowed: string, read: (value: string, name: string) => T): InputSpec<T> {
  const required = o.required ?? false;
  const fallback = o.default ?? null;
  return {
    kind,
    description: o.description,
    required,
    default: fallback,
    allowed,
    from: o.from ?? null,
    handedOn: o.handedOn ?? false,
    parse(name, raw) {
      const given = kind === 'secret' ? raw : raw.trim();
      const value = given === '' ? (fallback ?? '') : given;
      const needed = required || ((kind === 'integer' || kind === 'seconds') && fallback === null);
      if (value === '' && needed) throw new UserError(`input \`${name}\` is empty. Give ${allowed === 'text' ? 'it a value' : allowed}: ${o.description}${o.handedOn === true ? `. ${HANDED_ON}` : ''}`);
      try {
        return read(value, name);
      } catch (cause) {
        if (cause instanceof UserError) throw cause;
        throw new UserError(`input \`${name}\` is ${JSON.stringify(processRedactor.redact(value).slice(0, 200))}. Allowed: ${allowed}.${fallback === null ? '' : ` Leave it empty to use ${JSON.stringify(fallback)}.`}`, { cause });
      }
    },
  };
}
