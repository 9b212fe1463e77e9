export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type Contexts = Readonly<Record<string, Json>>;

/** A value as GitHub puts it into text: null is '', objects are 'Object' (E4). */
export function asText(value: Json): string {
  if (value === null) return '';
  if (typeof value === 'number') return numberText(value);
  if (Array.isArray(value)) return 'Array';
  return typeof value === 'object' ? 'Object' : String(value);
}

export function truthy(value: Json): boolean {
  return !(value === null || value === false || value === '' || value === 0 || (typeof value === 'number' && Number.isNaN(value)));
}

/** .NET's "G15", which the npm package does not follow: 15 digits, `1E+16`, `1E-05` (E4), and `-0` since .NET Core 3.0. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [digits = '', exponentText = '0'] = value.toExponential(14).split('e');
  const exponent = Number(exponentText);
  const mantissa = digits.replace(/\.?0+$/u, '');
  if (exponent <= -5 || exponent >= 15) return `${mantissa}E${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  return exponent < 0 ? value.toFixed(14 - exponent).replace(/0+$/u, '') : String(Number(value.toPrecision(15)));
}

/** GitHub's names ignore case: the entry is replaced, whatever its spelling was. */
export function putIgnoringCase(record: Record<string, string>, name: string, value: string): void {
  const known = Object.keys(record).find((key) => key.toLowerCase() === name.toLowerCase());
  record[known ?? name] = value;
}

/** A value in a place for text. Only inside of other text a mapping becomes 'Object' (E4); alone it is refused (TemplateEvaluator.cs). */
export function slotText(value: Json): string {
  refuseStructure(value);
  return asText(value);
}

/** A value in a place for a boolean: the text 'true' is none, and nothing is none (BooleanDefinition.cs). */
export function slotFlag(value: Json): boolean {
  refuseStructure(value);
  if (typeof value !== 'boolean') throw new Error(`Unexpected value '${asText(value)}'`);
  return value;
}

/** A value in a place for a number: a text of digits is none (NumberDefinition.cs); that is what `fromJSON` is for. */
export function slotNumber(value: Json): number {
  refuseStructure(value);
  if (typeof value !== 'number') throw new Error(`Unexpected value '${asText(value)}'`);
  return value;
}

function refuseStructure(value: Json): void {
  if (Array.isArray(value)) throw new Error('A sequence was not expected');
  if (value !== null && typeof value === 'object') throw new Error('A mapping was not expected');
}
