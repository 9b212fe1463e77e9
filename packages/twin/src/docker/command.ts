import { parseArgs } from 'node:util';
import { Refusal } from './refusal.ts';

export interface BuildCommand {
  readonly context: string;
  readonly dockerfile: string | null;
  readonly tags: readonly string[];
  readonly push: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly buildArguments: Readonly<Record<string, string>>;
  readonly target: string | null;
  readonly metadataFile: string | null;
  /** Flags that were accepted and change nothing here; the log names them. */
  readonly unused: readonly string[];
}

/** The flags of `docker buildx build` that the stand-in understands. */
export function readBuildCommand(argv: readonly string[]): BuildCommand {
  const { values, positionals } = parse(argv);
  const [context, ...more] = positionals;
  if (context === undefined || more.length > 0) throw new Refusal('"docker buildx build" requires exactly 1 argument.');
  for (const platform of values.platform ?? []) {
    if (platform !== 'linux/amd64') throw new Refusal(`the stand-in builds linux/amd64 only, not ${platform}`);
  }
  for (const [name, value] of [['provenance', values.provenance], ['sbom', values.sbom]] as const) {
    if (value !== undefined && value !== 'false') throw new Refusal(`the stand-in writes no attestations: --${name}=${value} (use --${name}=false)`);
  }
  for (const secret of values.secret ?? []) {
    if (!/^(?:[^=,]+=[^=,]+,)*id=[^=,]+(?:,[^=,]+=[^=,]+)*$/.test(secret)) throw new Refusal(`invalid secret "${secret}": id=NAME,env=VARIABLE or id=NAME,src=PATH`);
  }
  for (const cache of [...(values['cache-from'] ?? []), ...(values['cache-to'] ?? [])]) refuseUnknownCache(cache);
  if (values.progress !== undefined && !['auto', 'plain', 'quiet', 'rawjson', 'tty'].includes(values.progress)) throw new Refusal(`invalid progress mode: ${values.progress}`);
  if (values.load === true) throw new Refusal('the stand-in has no image store: --load (use --push)');
  return {
    context,
    dockerfile: values.file ?? null,
    tags: values.tag ?? [],
    push: values.push ?? false,
    labels: pairs('label', values.label ?? [], ''),
    buildArguments: pairs('build-arg', values['build-arg'] ?? [], null),
    target: values.target ?? null,
    metadataFile: values['metadata-file'] ?? null,
    unused: [
      ...(values['cache-from'] ?? []).map((value) => `--cache-from ${value}`),
      ...(values['cache-to'] ?? []).map((value) => `--cache-to ${value}`),
      // No step of the subset can mount one: a Dockerfile that does is refused with its line.
      ...(values.secret ?? []).map((value) => `--secret ${value}`),
      ...(values['no-cache'] === true ? ['--no-cache'] : []), ...(values.pull === true ? ['--pull'] : []),
      ...(values.builder === undefined ? [] : [`--builder ${values.builder}`]),
    ],
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv], allowPositionals: true, strict: true,
      options: {
        'file': { type: 'string', short: 'f' }, 'tag': { type: 'string', short: 't', multiple: true }, 'push': { type: 'boolean' },
        'platform': { type: 'string', multiple: true }, 'label': { type: 'string', multiple: true }, 'build-arg': { type: 'string', multiple: true },
        'provenance': { type: 'string' }, 'sbom': { type: 'string' }, 'metadata-file': { type: 'string' }, 'progress': { type: 'string' },
        'secret': { type: 'string', multiple: true }, 'cache-from': { type: 'string', multiple: true }, 'cache-to': { type: 'string', multiple: true },
        'target': { type: 'string' }, 'no-cache': { type: 'boolean' }, 'pull': { type: 'boolean' }, 'load': { type: 'boolean' }, 'builder': { type: 'string' },
      },
    });
  } catch (error) {
    throw new Refusal(error instanceof Error ? error.message : String(error));
  }
}

/** The caches of BuildKit by their names; without `type=` it is a reference in a registry. */
function refuseUnknownCache(value: string): void {
  const type = /(?:^|,)"?type=([^,"]*)/.exec(value)?.[1];
  if (type !== undefined && !['gha', 'inline', 'local', 'registry'].includes(type)) throw new Refusal(`unknown cache type "${type}" (--cache-from, --cache-to ${value}): gha, inline, local or registry`);
}

/** `KEY=VALUE`; a bare `KEY` takes its value from the environment (build arguments) or is empty (labels), as docker does. */
function pairs(flag: string, values: readonly string[], bare: '' | null): Record<string, string> {
  const result: Record<string, string> = {};
  for (const value of values) {
    const at = value.indexOf('=');
    const key = at === -1 ? value : value.slice(0, at);
    if (key === '') throw new Refusal(`invalid key-value pair "=${value.slice(at + 1)}": empty key (--${flag})`);
    const found = at === -1 ? bare ?? process.env[key] : value.slice(at + 1);
    if (found !== undefined) result[key] = found;
  }
  return result;
}
