import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { root, start } from '../check.ts';
import { filesOf, type Finding, type Linter, WORKFLOWS } from './linter.ts';

const zizmorSays = z.array(z.object({
  ident: z.string(),
  locations: z.array(z.object({
    symbolic: z.object({ kind: z.string(), key: z.object({ Local: z.object({ verbatim_path: z.string() }) }) }),
    concrete: z.object({ location: z.object({ start_point: z.object({ row: z.number() }) }), feature: z.string() }),
  })).min(1),
}));

const actionlintSays = z.array(z.object({ message: z.string(), filepath: z.string(), line: z.number() })).nullable();
const shellcheckSays = z.object({ comments: z.array(z.object({ file: z.string(), line: z.number(), code: z.number(), message: z.string() })) });

/** Each without a configuration, and deaf to comments that would silence it. */
export const tools: readonly Linter[] = [
  {
    tool: 'zizmor',
    name: 'zizmor, auditor persona, nothing ignored',
    targets: async () => filesOf(...WORKFLOWS, 'actions/*/action.yml'),
    findings: async (program, targets) => {
      const { code, output, said } = await start(program, ['--offline', '--quiet', '--persona=auditor', '--strict-collection', '--no-ignores', '--no-config', '--format=json-v1', ...targets]);
      // 11 to 14 are findings; 1 to 3 that it could not read.
      if (code !== 0 && (code < 11 || code > 14)) throw new Error(said);
      return zizmorSays.parse(JSON.parse(output)).map(({ ident, locations: [first, ...more] }): Finding => {
        const place = [first, ...more].find((location) => location?.symbolic.kind === 'Primary') ?? first;
        return { path: place?.symbolic.key.Local.verbatim_path ?? '', line: (place?.concrete.location.start_point.row ?? 0) + 1, text: `${ident}: ${place?.concrete.feature.split('\n')[0]?.trim() ?? ''}` };
      });
    },
  },
  {
    tool: 'actionlint',
    name: 'actionlint, with shellcheck on every script of a step',
    helper: 'shellcheck',
    targets: async () => filesOf(...WORKFLOWS),
    findings: async (program, targets, shellcheck) => {
      const { code, output, said } = await start(program, ['-no-color', '-config-file', '/dev/null', '-pyflakes=', `-shellcheck=${shellcheck}`, '-format', '{{json .}}', ...targets]);
      if (code > 1) throw new Error(said);
      return (actionlintSays.parse(JSON.parse(output)) ?? []).map(({ filepath, line, message }) => ({ path: filepath, line, text: message }));
    },
  },
  {
    tool: 'ghalint',
    name: 'ghalint',
    targets: async () => filesOf(...WORKFLOWS),
    findings: async (program, targets) => (await Promise.all([...Map.groupBy(targets, dirname)].map(([folder, files]) => ghalint(program, folder, files)))).flat(),
  },
  {
    tool: 'shellcheck',
    name: 'shellcheck, what a person types and CI types',
    targets: async () => shellScripts(await filesOf('script/*', '.ci/*', 'examples/*/{script,bin}/*', 'examples/*/*.sh')),
    findings: async (program, targets) => {
      const { code, output, said } = await start(program, ['--external-sources', '--source-path=SCRIPTDIR', '--shell=bash', '--format=json1', ...targets]);
      if (code > 1) throw new Error(said);
      return shellcheckSays.parse(JSON.parse(output)).comments.map(({ file, line, code: rule, message }) => ({ path: file, line, text: `SC${rule}: ${message}` }));
    },
  },
];

/** It reads the workflows of a repository, and takes no path: a copy of them is one. */
async function ghalint(program: string, folder: string, files: readonly string[]): Promise<Finding[]> {
  const place = await mkdtemp(join(tmpdir(), 'ghalint-'));
  try {
    await mkdir(join(place, '.github/workflows'), { recursive: true });
    for (const file of files) await cp(join(root, file), join(place, '.github/workflows', basename(file)));
    const { code, said } = await start(program, ['--log-color', 'never', 'run'], process.env, place);
    const found = said.split('\n').filter((line) => line.includes('policy_name=')).map((line) => {
      const of = (name: string): string => new RegExp(` ${name}=("[^"]*"|\\S+)`, 'u').exec(line)?.[1]?.replaceAll('"', '') ?? '';
      return { path: `${folder}/${basename(of('workflow_file_path'))}`, line: 1, text: `${of('policy_name')}: ${[of('job_name'), of('step_name'), of('action'), of('error')].filter((part) => part !== '').join(', ')}` };
    });
    if (code !== 0 && found.length === 0) throw new Error(said);
    return found;
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

async function shellScripts(files: readonly string[]): Promise<string[]> {
  const heads = await Promise.all(files.map(async (file) => ({ file, head: (await readFile(join(root, file), 'utf8').catch(() => '')).split('\n')[0] ?? '' })));
  return heads.filter(({ head }) => /^#!.*\b(?:ba)?sh\b/u.test(head)).map(({ file }) => file);
}
