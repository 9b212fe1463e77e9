import { CREDENTIALS } from './names.ts';
import type { Place, Sought } from './order.ts';

/** What the configuration says of AWS, as far as it could be read. */
export type Elsewhere =
  | { readonly kind: 'map'; readonly environment: string }
  | { readonly kind: 'no-map'; readonly environment: string }
  | { readonly kind: 'unread' };

/** Of a secret that is in none of its places: the places in their order, and what is there. */
export function nowhere({ input, name }: Pick<Sought, 'input' | 'name'>, elsewhere: Elsewhere): string {
  return `${name} (${CREDENTIALS[name].what}) was found in no place: the input \`${input}\` is empty, the step has no variable ${name}, and ${third(elsewhere)}`;
}

function third(elsewhere: Elsewhere): string {
  switch (elsewhere.kind) {
    case 'map': return `\`environments.${elsewhere.environment}.credentials.map\` of the configuration does not name it`;
    case 'no-map': return `the configuration has no \`environments.${elsewhere.environment}.credentials\``;
    case 'unread': return 'the configuration, which may name a third, could not be read';
  }
}

/** What to type then. */
export function advice(name: string, elsewhere: Elsewhere): string {
  const environment = elsewhere.kind === 'unread' ? '<environment>' : elsewhere.environment;
  return `Type:  gh secret set ${name} --env ${environment}  (on a laptop:  read -rs ${name} && export ${name} ), or name it in that map (docs/secrets.md).`;
}

/** Where it came from, for the log: the place, never the value. */
export function placeName({ input, name }: Pick<Sought, 'input' | 'name'>, place: Place): string {
  switch (place.kind) {
    case 'input': return `${name} from the input \`${input}\``;
    case 'variable': return `${name} from the step's variable ${name}`;
    case 'aws': return `${name} from AWS, ${place.reference}`;
    case 'nowhere': return `${name} from nowhere`;
  }
}

export function tooShort(sought: Sought, place: Place): string {
  return `${placeName(sought, place)} has fewer than 4 characters in each of its lines: no log can hide it, so it is not used. Store a longer one, made of letters and digits.`;
}

export function short(sought: Sought, place: Place): string {
  return `${placeName(sought, place)} has fewer than 8 characters: the log blanks that text wherever it stands, and does not know it in other spellings. Store a longer one.`;
}
