import { parseArgs, type ParseArgsConfig } from 'node:util';
import { SHOP } from '../world/host.ts';
import { GhRefusal } from './refusal.ts';

export type GhCommand =
  | { readonly name: 'workflow run'; readonly workflow: string; readonly ref: string | null; readonly raw: readonly string[]; readonly magic: readonly string[] }
  | { readonly name: 'run rerun'; readonly id: number; readonly failed: boolean }
  | { readonly name: 'run watch'; readonly id: number; readonly exitStatus: boolean }
  | { readonly name: 'run view'; readonly id: number }
  | { readonly name: 'secret set'; readonly secret: string; readonly environment: string }
  | { readonly name: 'api'; readonly path: string; readonly method: string | null; readonly paginate: boolean; readonly raw: readonly string[]; readonly magic: readonly string[] }
  | { readonly name: 'auth token' };

type Flags = NonNullable<ParseArgsConfig['options']>;

const FIELDS = { 'raw-field': { type: 'string', short: 'f', multiple: true }, field: { type: 'string', short: 'F', multiple: true } } as const;
const REPOSITORY = { repo: { type: 'string', short: 'R' } } as const;

/** As gh reads it, as far as the suite prints it. @throws {GhRefusal} for everything else */
export function readCommandLine(argv: readonly string[]): GhCommand {
  const [first = '', second = ''] = argv;
  if (first === 'api') return apiCommand(argv.slice(1));
  const rest = argv.slice(2);
  switch (`${first} ${second}`) {
    case 'workflow run': {
      const { values, positionals: [workflow = ''] } = read(rest, { ...REPOSITORY, ...FIELDS, ref: { type: 'string', short: 'r' } });
      ofTheShop(values.repo);
      if (workflow === '') throw new GhRefusal('workflow ID, name, or filename required when not running interactively');
      return { name: 'workflow run', workflow, ref: values.ref ?? null, raw: values['raw-field'] ?? [], magic: values.field ?? [] };
    }
    case 'run rerun': {
      const { values, positionals } = read(rest, { ...REPOSITORY, failed: { type: 'boolean' } });
      ofTheShop(values.repo);
      return { name: 'run rerun', id: idOf(positionals), failed: values.failed ?? false };
    }
    case 'run watch': {
      const { values, positionals } = read(rest, { ...REPOSITORY, 'exit-status': { type: 'boolean' } });
      ofTheShop(values.repo);
      return { name: 'run watch', id: idOf(positionals), exitStatus: values['exit-status'] ?? false };
    }
    case 'run view': {
      const { values, positionals } = read(rest, REPOSITORY);
      ofTheShop(values.repo);
      return { name: 'run view', id: idOf(positionals) };
    }
    case 'secret set': {
      const { values, positionals: [secret = ''] } = read(rest, { ...REPOSITORY, env: { type: 'string', short: 'e' } });
      ofTheShop(values.repo);
      return { name: 'secret set', secret, environment: values.env ?? '' };
    }
    case 'auth token': return { name: 'auth token' };
    default: throw new GhRefusal(`the stand-in gh does not have "${[first, second].join(' ').trim()}": it has workflow run, run rerun, run watch, run view, secret set, api and auth token`);
  }
}

function apiCommand(argv: readonly string[]): GhCommand {
  const { values, positionals: [path = ''] } = read(argv, { ...FIELDS, method: { type: 'string', short: 'X' }, paginate: { type: 'boolean' } });
  if (path === '') throw new GhRefusal('accepts 1 arg(s), received 0');
  return { name: 'api', path, method: values.method ?? null, paginate: values.paginate ?? false, raw: values['raw-field'] ?? [], magic: values.field ?? [] };
}

function read<T extends Flags>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const said = String(error);
    const unknown = /Unknown option '(.+?)'/u.exec(said)?.[1];
    throw new GhRefusal(unknown === undefined ? said : `the stand-in gh does not have the option ${unknown} here`, { cause: error });
  }
}

/** Which repository is meant follows from the checkout otherwise; the world has one shop. */
function ofTheShop(repository: string | undefined): void {
  if (repository !== undefined && repository !== SHOP) throw new GhRefusal(`HTTP 404: Not Found (https://api.github.com/repos/${repository})`);
}

function idOf([text = '']: readonly string[]): number {
  if (!/^\d+$/u.test(text)) throw new GhRefusal('run ID required when not running interactively');
  return Number(text);
}
