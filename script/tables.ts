/**
 * Writes what GitHub and readers see of an action from its typed registry: the inputs and outputs of action.yml, and the README's two tables; the rules of the migration scan in docs/migrations.md, and the known failures in docs/recovery.md;
 * the lanes in docs/lanes.md, and the recorded permissions of every workflow, whose change it prints.
 * `packages/acceptance/tests/contract.test.ts`, `packages/migration-scan/tests/docs.test.ts` and those of `packages/workflows` fail when they are not fresh. Run: `npm run tables`
 */
import { existsSync } from 'node:fs';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { rulesTable } from '@vendure-deploy/migration-scan';
import { type ActionDescription, type AnyActionDefinition, describeAction } from '@vendure-deploy/shared/action';
import { reasonCodeTable, recoverySections } from '@vendure-deploy/shared/diagnosis';
import { ACTIONS, CALLERS, changed, LANES, lanesOf, lanesPage, permissionsFile, sources } from '@vendure-deploy/workflows';

const actions = join(import.meta.dirname, '../actions');

for (const name of (await readdir(actions)).sort()) {
  const folder = join(actions, name);
  if (!existsSync(join(folder, 'src/action.ts'))) continue;
  const { action } = (await import(join(folder, 'src/action.ts'))) as { action: AnyActionDefinition };
  const description = describeAction(action);
  await rewrite(join(folder, 'action.yml'), /^inputs:\n[\s\S]*?(?=^runs:)/mu, metadata(description));
  await rewrite(join(folder, 'README.md'), /(?<=<!-- inputs:start -->\n)[\s\S]*?(?=<!-- inputs:end -->)/u, inputsTable(description));
  await rewrite(join(folder, 'README.md'), /(?<=<!-- outputs:start -->\n)[\s\S]*?(?=<!-- outputs:end -->)/u, outputsTable(description));
}

await rewrite(join(actions, '..', 'docs/migrations.md'), /(?<=<!-- rules:start -->\n)[\s\S]*?(?=<!-- rules:end -->)/u, rulesTable());
await rewrite(join(actions, '..', 'docs/recovery.md'), /(?<=<!-- failures:start -->\n)[\s\S]*?(?=<!-- failures:end -->)/u, `\n${recoverySections()}\n`);
await rewrite(join(actions, '..', 'docs/recovery.md'), /(?<=<!-- reason-codes:start -->\n)[\s\S]*?(?=<!-- reason-codes:end -->)/u, reasonCodeTable());

const [lanes, callers, metadataFiles, workflows] = await Promise.all([sources(LANES), sources(CALLERS), sources(ACTIONS), sources(LANES, CALLERS)]);
await rewrite(join(actions, '..', 'docs/lanes.md'), /(?<=<!-- lanes:start -->\n)[\s\S]*?(?=<!-- lanes:end -->)/u, `\n${lanesPage(lanesOf(lanes, metadataFiles), callers)}\n`);
await record(join(actions, '..', 'packages/workflows/recorded/permissions.txt'), permissionsFile(workflows));

/** What a token may do is read by a person, also where a tool has written it. */
async function record(file: string, text: string): Promise<void> {
  const before = await readFile(file, 'utf8').catch(() => '');
  await rewrite(file, /[\s\S]*/u, text);
  for (const line of changed(before, text)) console.log(`  ${line}`);
}

async function rewrite(file: string, part: RegExp, text: string): Promise<void> {
  const before = await readFile(file, 'utf8');
  if (!part.test(before)) throw new Error(`${file} has no place for the table: ${part.source}`);
  const after = before.replace(part, () => text);
  if (after === before) return;
  await writeFile(file, after);
  console.log(`tables: ${relative(join(actions, '..'), file)}`);
}

function metadata({ inputs, outputs }: ActionDescription): string {
  const lines = [
    'inputs:',
    ...inputs.flatMap((input) => [
      `  ${input.name}:`,
      `    description: ${JSON.stringify(input.description)}`,
      `    required: ${String(input.required)}`,
      ...(input.default === null ? [] : [`    default: ${JSON.stringify(input.default)}`]),
    ]),
    'outputs:',
    ...outputs.flatMap((output) => [`  ${output.name}:`, `    description: ${JSON.stringify(output.description)}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function inputsTable({ inputs }: ActionDescription): string {
  const rows = inputs.map((input) => `| \`${input.name}\` | ${cell(input.description)} | ${input.required ? 'yes' : 'no'} | ${input.default === null || input.default === '' ? '' : `\`${input.default}\``} |`);
  return ['| name | description | required | default |', '|---|---|---|---|', ...rows, ''].join('\n');
}

function outputsTable({ outputs }: ActionDescription): string {
  return ['| name | description |', '|---|---|', ...outputs.map((output) => `| \`${output.name}\` | ${cell(output.description)} |`), ''].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
