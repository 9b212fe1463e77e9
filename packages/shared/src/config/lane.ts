import { z } from 'zod';

const host = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;

/** The way in that is opened and closed; a Worker whose route the wrangler configuration has needs none. */
export const route = z.strictObject({
  zone: z.string().regex(host).describe('The zone as Cloudflare calls it, such as shop.example'),
  pattern: z.string().regex(/^[a-z0-9.-]+\/[^\s?#*]*\*?$/).describe('A whole host and a path, which may end in *, such as preview.shop.example/*'),
});

/** What has to stand before that host. The team is configured, and never taken from what an answer says of itself. */
export const access = z.strictObject({
  team: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/).describe('The first label of <team>.cloudflareaccess.com'),
  audience: z.string().regex(/^[0-9a-f]{64}$/).optional().describe("The application's audience tag, 64 hexadecimal digits; without it, any of the team's"),
  paths: z.array(z.string().regex(/^\/[^\s?#]*$/).describe('A path of the public URL, with its leading slash')).min(1).describe('Paths that must not be seen either, one of an asset among them'),
});
