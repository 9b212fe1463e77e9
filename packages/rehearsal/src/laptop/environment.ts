import { accountOf, type ShopConfig } from '../shop/config.ts';
import type { WorldFacts } from '../world/types.ts';

interface Laptop {
  /** Proxy and authority of the twin. */
  readonly network: Readonly<Record<string, string>>;
  /** The folder whose programs come first. */
  readonly toolbox: string;
  readonly facts: WorldFacts;
  readonly githubToken: string;
  readonly shop: ShopConfig;
}

/** What of the real shell a command may see: how the screen is, and who sits before it. Nothing that leads to a real provider. */
const OWN = ['TERM', 'COLORTERM', 'COLUMNS', 'LINES', 'NO_COLOR', 'FORCE_COLOR', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TMPDIR', 'USER', 'LOGNAME', 'SHELL', 'EDITOR'];

/** The environment of an operator who is logged in at every provider of that world. */
export function laptopEnvironment(shell: NodeJS.ProcessEnv, { network, toolbox, facts, githubToken, shop }: Laptop): Record<string, string> {
  const own = Object.fromEntries(OWN.flatMap((name) => (shell[name] === undefined ? [] : [[name, shell[name]]])));
  return {
    LANG: 'C.UTF-8',
    ...own,
    ...network,
    PATH: [toolbox, facts.shelf, '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
    HOME: facts.home,
    GITHUB_TOKEN: githubToken,
    GH_TOKEN: githubToken,
    FLY_API_TOKEN: facts.credentials.flyApiToken,
    CLOUDFLARE_API_TOKEN: facts.credentials.cloudflareApiToken,
    CLOUDFLARE_ACCOUNT_ID: accountOf(shop),
  };
}
