/** The deployables of the shop, in the order in which they are deployed. */
export const SURFACES = ['vendure', 'dashboard', 'storefront'] as const;

export type Surface = (typeof SURFACES)[number];

/** A key of `environments` in the deploy configuration. */
export type EnvironmentName = string;

export function isSurface(text: string): text is Surface {
  return (SURFACES as readonly string[]).includes(text);
}
