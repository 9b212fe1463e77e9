import type { Found } from '../find/index.ts';
import { hint, knownOr, missing, type Section, section, usual } from './entry.ts';

/** The host is nowhere in a checkout: what can be found is the plugin alone (docs/wordpress.md). */
export function wordpressOf({ wordpress }: Pick<Found, 'wordpress'>): Section {
  return section({
    host: missing('vps.shop.example', 'the host of the WordPress'),
    user: missing('blog', 'who logs in there: the user that owns the site'),
    'known-hosts': missing(['vps.shop.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAID3XXyoV2v+527W48VJjVkIqrAeElJEAwVDuiINJuzah'], 'a line of known_hosts, read where the host was set up'),
    'wordpress-path': missing('/srv/blog/site', 'the folder of the site, on the host'),
    'plugins-path': missing('/srv/blog/site/wp-content/plugins', 'the folder of its plugins'),
    'releases-path': missing('/srv/blog/releases', 'a folder on the same file system that the web server does not show'),
    plugin: knownOr(wordpress?.plugin, 'tea-shop', "the plugin's slug"),
    sources: knownOr(wordpress?.sources, 'wordpress/tea-shop', 'the folder that becomes the plugin'),
    'public-url': missing('https://blog.shop.example', 'where the public reaches the site'),
    'health-path': usual('/'),
    'version-path': hint('/wp-json/tea-shop/v1/version', 'optional: where the plugin itself says which commit it is'),
  });
}
