import type { Source } from '../files.ts';
import { entriesOf, jobsOf, textOf } from '../rules/nodes.ts';
import type { Lane } from './lane.ts';

/** Where a shop calls the suite; a release, or its commit. */
const SUITE = 'vendure-deploy/suite';
const RELEASE = 'v1';

/** What docs/lanes.md says of each lane. `callers`: those of the examples, for lanes that something else than a form starts. */
export function lanesPage(lanes: readonly Lane[], callers: readonly Source[]): string {
  return lanes.map((lane) => section(lane, callers)).join('\n');
}

function section(lane: Lane, callers: readonly Source[]): string {
  return [
    `## ${lane.name}`,
    '',
    `${lane.purpose} File: [${lane.path}](../${lane.path})`,
    '',
    ...table(['input', 'type', 'default', 'allowed', 'what it is'], lane.inputs.map((input) => [code(input.name), input.type, input.required ? 'required' : code(input.default), input.allowed.map(code).join(', '), input.meaning])),
    ...table(['secret', 'required', 'what it is'], lane.secrets.map(({ name, required, meaning }) => [code(name), required ? 'yes' : 'no', meaning])),
    ...table(['output', 'what it is'], lane.outputs.map(({ name, meaning }) => [code(name), meaning])),
    '<details><summary>The caller, to be pasted</summary>',
    '',
    '```yaml',
    (callerOf(lane, callers) ?? snippet(lane)).trimEnd(),
    '```',
    '',
    '</details>',
    '',
  ].join('\n');
}

/** A caller that can be pasted as it stands: the lane's own form, and all that the lane takes. */
function snippet(lane: Lane): string {
  const list = (head: string, lines: readonly string[], indent: string): string[] => (lines.length === 0 ? [] : [`${indent}${head}:`, ...lines.map((line) => `${indent}  ${line}`)]);
  const lines = [
    `# .github/workflows/${lane.name}.yml of the shop`,
    `name: ${lane.name}`,
    'on:',
    '  workflow_dispatch:',
    ...list('inputs', lane.inputs.map(({ name, formLine }) => `${name}: ${formLine}`), '    '),
    'permissions: {}',
    'jobs:',
    `  ${lane.name}:`,
    `    uses: ${SUITE}/${lane.path}@${RELEASE}`,
    ...list('permissions', lane.permissions.map(({ scope, level, reason }) => `${scope}: ${level} # ${reason}`), '    '),
    ...list('with', lane.inputs.map(({ name }) => `${name}: \${{ inputs.${name} }}`), '    '),
    ...list('secrets', lane.secrets.map(({ name, required }) => `${name}: \${{ secrets.${name} }}${required ? '' : ' # may be missing'}`), '    '),
  ];
  return `${lines.join('\n')}\n`;
}

/** An example's own caller, where more than a form starts the lane: which event, and what of it is passed on, is the shop's to say. @throws where there is no form either */
function callerOf(lane: Lane, callers: readonly Source[]): string | null {
  const caller = callers.find((file) => jobsOf(file).some(({ node }) => textOf(node.get('uses')).startsWith(`${SUITE}/${lane.path}@`)));
  const events = entriesOf(caller?.document.get('on')).map(({ key }) => textOf(key));
  if (caller !== undefined && (!lane.form || events.some((event) => event !== 'workflow_dispatch'))) return caller.text;
  if (lane.form) return null;
  throw new Error(`${lane.path} has no \`workflow_dispatch\`, and no example calls it: docs/lanes.md has nothing to show.`);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line), ''];
}

function code(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}
