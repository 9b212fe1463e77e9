import { z } from 'zod';

const within = z.string().regex(/^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$))[^\0\\]+$/).describe('A path or a glob within that folder');

/** A package of the shop whose built output is not in git, so that it may be missing, or be that of other sources (docs/shop-contract.md). */
const builtPackage = z.strictObject({
  directory: within.describe('The folder of the package, from the root of the repository'),
  sources: z.array(within).min(1).describe('Globs of the files that the output is made of, from that folder'),
  output: z.array(within).min(1).describe('Globs of the built files, from that folder'),
  'source-hash': within.describe('The file beside the output in which the build leaves the hash of its sources'),
  'imported-by': z.array(within).default([]).describe('Globs of the files that import the package, from the root of the repository'),
});

export const pluginOutput = z.array(builtPackage).min(1).describe('Packages whose output has to be that of their sources before the shop is asked anything');

export type BuiltPackage = z.infer<typeof builtPackage>;
