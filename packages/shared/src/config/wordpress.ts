import { z } from 'zod';

/** These stand in commands of the host's shell and in a file of ssh's: what needs no quoting cannot be quoted wrongly. */
const absolute = z.string().regex(/^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._@+-]+)+$/).describe('An absolute path on the host, never / itself: letters, digits and . _ @ + - between the slashes');
const program = z.string().regex(/^(?:\/(?:[A-Za-z0-9._@+-]+\/)*)?[A-Za-z0-9][A-Za-z0-9._@+-]*$/).describe('A program on the host: its name, or its absolute path');
const host = z.string().regex(/^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+)$/).describe('A host name or an IP address, without user and port');
const knownHost = z.string().regex(/^(?:@(?:cert-authority|revoked) )?[^\s#@]\S* (?:ssh-|ecdsa-|sk-)[a-z0-9@.-]+ [A-Za-z0-9+/]+=*(?: [^\r\n]*)?$/).describe('A line of known_hosts, as `[host]:port ssh-ed25519 AAAA…`, or of a host CA, as `@cert-authority host ssh-ed25519 AAAA…`');
const path = z.string().regex(/^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$))[^\0\\]+$/).describe('A path within the repository');
const urlPath = z.string().regex(/^\/[^\s?#]*$/).describe('A path of the public URL, with its leading slash');
const argv = z.array(z.string().min(1)).min(1).describe('A command as a list of arguments; no shell reads it');

const step = z.strictObject({
  run: z.array(z.string().regex(/^[^\0\r\n]+$/)).min(1).describe('Arguments of WP-CLI, such as [cache, flush]'),
  plugins: z.boolean().default(false).describe('Load the plugins and themes for it; without it, one that is broken breaks nothing here'),
});

/** A plugin of a WordPress on a host of its own, reached by ssh. */
export const wordpress = z.strictObject({
  host,
  port: z.int().min(1).max(65_535).default(22),
  user: z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/).describe('Who logs in: the user that owns the site, never root'),
  'known-hosts': z.array(knownHost).min(1).describe('By which the host proves itself. It is never asked for its own key: read it where the host was set up'),
  'wordpress-path': absolute,
  'plugins-path': absolute,
  'releases-path': absolute.describe('A folder on the same file system as `plugins-path`, outside of what the web server shows: uploads and earlier copies lie in it'),
  plugin: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/).describe("The plugin's slug, which is the name of its folder: lower-case letters, digits, - and _"),
  sources: path.describe('The folder that becomes the plugin, once it is built'),
  install: argv.optional(),
  build: argv.optional(),
  'public-url': z.string().regex(/^https?:\/\/[^\s/?#@]+$/).describe('Scheme and host, without a path'),
  'health-path': urlPath.describe('A page that answers 200 when the site is well; one that the plugin has a part in'),
  'version-path': urlPath.optional().describe('Where the plugin itself says which commit it is (docs/shop-contract.md)'),
  wp: program.default('wp'),
  php: program.default('php'),
  'after-switch': z.array(step).max(20).default([]).describe('What WP-CLI does once the plugin is active'),
  keep: z.int().min(1).max(20).default(3).describe('How many earlier copies are kept for the way back'),
}).superRefine((given, context) => {
  const [plugins, releases] = [given['plugins-path'], given['releases-path']];
  if (isWithin(releases, plugins) || isWithin(plugins, releases)) context.addIssue({ code: 'custom', path: ['releases-path'], message: `it lies within or around plugins-path (${plugins}), where WordPress would take each copy for a plugin` });
});

export type WordPressSurface = z.infer<typeof wordpress>;

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
