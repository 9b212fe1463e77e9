import type { Source } from '../files.ts';
import type { Finding } from '../finding.ts';
import { entriesOf } from './nodes.ts';

/** What the form asks for is what a caller may give: the same names, and a switch that is on in one is on in the other. */
export function inputFindings(file: Source): Finding[] {
  const { document, path } = file;
  const of = (trigger: string): Map<string, { type: unknown; default: unknown; line: number }> =>
    new Map(entriesOf(document.getIn(['on', trigger, 'inputs'])).map(({ key, value }) => {
      const { type, default: given } = (value?.toJS(document) ?? {}) as { type?: unknown; default?: unknown };
      return [String(key), { type, default: given, line: file.lineAt(key) }];
    }));
  if (!document.hasIn(['on', 'workflow_dispatch']) || !document.hasIn(['on', 'workflow_call'])) return [];
  const [dispatch, call] = [of('workflow_dispatch'), of('workflow_call')];
  const lacks = (from: typeof call, other: typeof call, where: string): Finding[] =>
    [...from].filter(([name]) => !other.has(name)).map(([name, { line }]) => ({ rule: 'inputs-differ', path, line, message: `\`${where}\` has no input \`${name}\`: the two ways in are to take the same.` }));
  const switches = [...call].filter(([name, { type, default: given }]) => type === 'boolean' && dispatch.has(name) && dispatch.get(name)?.default !== given);
  return [
    ...lacks(dispatch, call, 'workflow_call'),
    ...lacks(call, dispatch, 'workflow_dispatch'),
    ...switches.map(([name, { line }]) => ({ rule: 'inputs-differ', path, line, message: `\`${name}\` is ${String(call.get(name)?.default)} for a caller and ${String(dispatch.get(name)?.default)} in the form.` })),
  ];
}
