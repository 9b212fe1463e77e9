import type { FoundWorker, PackageManager } from '../find/index.ts';
import { buildOf, installOf } from './commands.ts';
import { type Entry, hint, known, knownOr, missing, type Section, section, usual, usualOr } from './entry.ts';
import { environmentIn } from './vendure.ts';

/** One Worker in one environment; null: its wrangler configuration knows no such environment. */
export function workerOf(worker: FoundWorker, environment: string, packages: PackageManager): Section | null {
  const [name, settings] = environmentIn(worker.environments, environment) ?? [];
  if (name === undefined || settings === undefined) return null;
  const { surface, directory, file, artifact } = worker;
  return section({
    worker: knownOr(settings.name, `shop-${surface}`, 'the name of the Worker; or write it into the wrangler configuration'),
    directory: known(directory),
    'wrangler-config': known(file),
    'wrangler-environment': name === '' ? null : known(name),
    'account-id': knownOr(settings.account, '0123456789abcdef0123456789abcdef', 'the Cloudflare account; `wrangler whoami` says it'),
    'public-url': settings.host === null ? missing(exampleOf(worker, environment), 'where the public reaches it; no route of the wrangler configuration says it') : known(`https://${settings.host}`),
    'version-path': usual('/__version'),
    install: usual(installOf(packages, worker)),
    build: usualOr(buildOf(packages, worker), ['pnpm', 'run', 'build'], 'what builds it, as a list of arguments; no script of that name was found'),
    artifact: artifact.length === 0 ? missing([within(directory, 'dist'), file], 'all that a deploy needs of the build') : usual(artifact),
    resources: hint({ kv: [`${settings.name ?? surface}-flags`] }, 'optional: KV namespaces and R2 buckets that setup-cloudflare makes'),
  });
}

/** What a Worker of the hidden lane has besides. @param publicUrl what a person has given, since no route says it */
export function hiddenOf(worker: FoundWorker, publicUrl: string | null): Readonly<Record<string, Entry>> {
  const zone = environmentIn(worker.environments, 'production')?.[1].zone ?? null;
  const host = publicUrl === null ? null : publicUrl.replace(/^https?:\/\//u, '');
  return {
    route: host !== null && zone !== null && host.endsWith(`.${zone}`) ? known({ zone, pattern: `${host}/*` }) : missing({ zone: zone ?? 'shop.example', pattern: `preview.${zone ?? 'shop.example'}/*` }, 'the way in that is opened and closed: the host of public-url'),
    access: missing({ team: 'shop-example', paths: ['/robots.txt'] }, 'what stands before it: the team of Cloudflare Access, and paths that must not be seen either'),
  };
}

/** Of the Storefront of staging: a Worker for each pull request. */
export function previewOf({ environments }: FoundWorker): Entry {
  const settings = environments['preview'];
  return settings?.name === undefined || settings.name === null ? missing({ worker: 'shop-storefront-pr', 'wrangler-environment': 'preview' }, 'a Worker for each pull request, by an environment of the wrangler configuration that no deploy uses (docs/workers.md)') : known({ worker: settings.name, 'wrangler-environment': 'preview' });
}

/** Under the shop's own zone, where production's route names it. */
function exampleOf({ surface, environments }: FoundWorker, environment: string): string {
  const zone = environmentIn(environments, 'production')?.[1].zone ?? 'shop.example';
  const host = surface === 'dashboard' ? 'dashboard' : 'www';
  return `https://${environment === 'prod-preview' ? `${host}-preview` : environment === 'staging' ? `${host}.staging` : host}.${zone}`;
}

function within(directory: string, name: string): string {
  return directory === '.' ? name : `${directory}/${name}`;
}
