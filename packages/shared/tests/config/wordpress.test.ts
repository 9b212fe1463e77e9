import { expect, test } from '@jest/globals';
import { UserError } from '../../src/action/index.ts';
import { parseConfig } from '../../src/config/load.ts';

const GOOD = `schema-version: 1
environments:
  production:
    sla-seconds: 900
    default-branch-only: true
    surfaces:
      wordpress:
        host: vps.shop.example
        user: blog
        known-hosts: ["vps.shop.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA=="]
        wordpress-path: /srv/blog/site
        plugins-path: /srv/blog/site/wp-content/plugins
        releases-path: /srv/blog/releases
        plugin: tea-shop
        sources: wordpress/tea-shop
        public-url: https://blog.shop.example
        health-path: /
`;

test('a host with a pinned key is enough: the rest has defaults', () => {
  expect(parseConfig(GOOD, 'deploy.config.yml').environments['production']?.surfaces.wordpress).toMatchObject({ port: 22, wp: 'wp', php: 'php', 'after-switch': [], keep: 3 });
});

test.each([
  ['a host CA', '"@cert-authority vps.shop.example ssh-ed25519 AAAA"'],
  ['another port', '"[vps.shop.example]:2222 ecdsa-sha2-nistp256 AAAA a remark"'],
])('%s may be pinned', (_, line) => {
  expect(() => parseConfig(GOOD.replace(/known-hosts: .*/u, `known-hosts: [${line}]`), 'deploy.config.yml')).not.toThrow();
});

test.each([
  ['a slug with a slash',               'plugin: tea-shop',                'plugin: tea/shop',                         '14:17', 'plugin is not allowed'],
  ['a slug that leads out',             'plugin: tea-shop',                'plugin: ..',                               '14:17', 'plugin is not allowed'],
  ['a relative path',                   'plugins-path: /srv',              'plugins-path: srv',                        '12:23', 'plugins-path is not allowed'],
  ['the root',                          'releases-path: /srv/blog/releases', 'releases-path: /',                       '13:24', 'releases-path is not allowed'],
  ['a path with ..',                    'releases-path: /srv/blog',        'releases-path: /srv/../etc',               '13:24', 'releases-path is not allowed'],
  ['a path with a blank',               'wordpress-path: /srv/blog/site',  'wordpress-path: /srv/my blog/site',        '11:25', 'wordpress-path is not allowed'],
  ['copies among the plugins',          'releases-path: /srv/blog/releases', 'releases-path: /srv/blog/site/wp-content/plugins/old', '13:24', 'where WordPress would take each copy for a plugin'],
  ['a host with a blank',               'host: vps.shop.example',          'host: vps shop.example',                   '8:15',  'host is not allowed'],
  ['a host that is an option',          'host: vps.shop.example',          'host: -oProxyCommand=id',                  '8:15',  'host is not allowed'],
  ['a user in the host',                'host: vps.shop.example',          'host: blog@vps.shop.example',              '8:15',  'host is not allowed'],
  ['a line of a file in the user',      'user: blog',                      'user: "blog\\n  ProxyCommand id"',         '9:15',  'user is not allowed'],
  ['a program with arguments',          'health-path: /',                  'health-path: /\n        wp: "wp --allow-root"', '18:13', 'wp is not allowed'],
  ['a pin that is none',                'vps.shop.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==', 'vps.shop.example', '10:23', 'known-hosts.0 is not allowed'],
])('%s is refused at its line', (_, line, by, place, sentence) => {
  const broken = (): unknown => parseConfig(GOOD.replace(line, by), 'deploy.config.yml');
  expect(broken).toThrow(UserError);
  expect(broken).toThrow(new RegExp(`deploy\\.config\\.yml:${place}: .*${sentence.replaceAll('.', '\\.')}`, 'u'));
});

test.each([['an empty list', 'known-hosts: []', /10:22: .*known-hosts is not allowed/u], ['no list', 'colour: blue', /known-hosts is missing/u]])('without a pinned key nothing starts: %s', (_, by, sentence) => {
  expect(() => parseConfig(GOOD.replace(/known-hosts: .*/u, by), 'deploy.config.yml')).toThrow(sentence);
});
