import { UserError } from '@vendure-deploy/shared/action';
import { Secret } from '@vendure-deploy/shared/secrets';

const INPUT = 'fly-deploy: input `fly-secrets`';
const SHAPE = `It takes one JSON object of texts, a line for each secret:  "NAME": \${{ toJSON(secrets.NAME) }}`;

/**
 * The input's values under just the wanted names. An empty value is refused: GitHub gives '' for a secret that is not there, and a Machine that starts with
 * an empty password is worse than a deploy that does not start.
 * @throws {UserError} naming names, never a value
 */
export function fromInputs(input: Secret, names: readonly string[]): ReadonlyMap<string, Secret> {
  const given = objectOf(input);
  refuse(names.filter((name) => !Object.hasOwn(given, name)), 'has no', 'which the configuration wants. Add it, or take it out of `secrets.names`.');
  refuse(Object.keys(given).filter((name) => !names.includes(name)), 'has', 'which the configuration does not want. Take it out, or add it to `secrets.names`.');
  refuse(names.filter((name) => typeof given[name] !== 'string'), 'has something else than a text as', SHAPE);
  refuse(names.filter((name) => given[name] === ''), 'has an empty text as', 'GitHub gives one for a secret that is not there: is it set for this environment?');
  return new Map(names.map((name) => [name, new Secret(String(given[name]))]));
}

function objectOf(input: Secret): Readonly<Record<string, unknown>> {
  if (input.isEmpty) throw new UserError(`${INPUT} is empty, and the configuration wants secrets of it. ${SHAPE}`);
  const given = parsed(input);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw new UserError(`${INPUT} is no JSON object. ${SHAPE}`);
  return given as Readonly<Record<string, unknown>>;
}

/** What the parser says of a fault repeats the text around it: it is not told. */
function parsed(input: Secret): unknown {
  try {
    return JSON.parse(input.reveal());
  } catch {
    return null;
  }
}

function refuse(names: readonly string[], what: string, advice: string): void {
  if (names.length > 0) throw new UserError(`${INPUT} ${what} ${names.map((name) => JSON.stringify(name)).join(', ')}${advice.startsWith('which') ? ', ' : '. '}${advice}`);
}
