import { z } from 'zod';

const text = z.object({ type: z.literal('StringLiteral'), value: z.string() });
const from = z.object({ type: z.enum(['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration']), source: text, importKind: z.string().nullish(), exportKind: z.string().nullish(), specifiers: z.array(z.object({ importKind: z.string().nullish() })).nullish() });
const called = z.object({ type: z.enum(['CallExpression', 'ImportExpression']), callee: z.object({ type: z.string(), name: z.string().nullish() }).nullish(), arguments: z.array(z.unknown()).nullish(), source: z.unknown().optional() });

/** What a module imports when it runs, by any of its ways: `import`, `export … from`, `import()`, `require()`. What is only a type is gone by then. @throws {SyntaxError} */
export async function importsOf(file: string, code: string): Promise<string[]> {
  const { parse } = await import('@babel/parser');
  const typed = /\.[cm]?tsx?$/.test(file);
  const tree: unknown = parse(code, { sourceType: 'unambiguous', allowReturnOutsideFunction: true, plugins: [...(typed ? ['typescript' as const, 'decorators-legacy' as const] : []), ...(/\.(?:[jt]sx|js)$/.test(file) ? ['jsx' as const] : [])] });
  const found = new Set<string>();
  visit(tree, (node) => {
    const specifier = specifierOf(node);
    if (specifier !== null) found.add(specifier);
  });
  return [...found];
}

function specifierOf(node: object): string | null {
  const declared = from.safeParse(node);
  if (declared.success) {
    const { source, importKind, exportKind, specifiers } = declared.data;
    const onlyTypes = importKind === 'type' || exportKind === 'type' || ((specifiers ?? []).length > 0 && (specifiers ?? []).every((one) => one.importKind === 'type'));
    return onlyTypes ? null : source.value;
  }
  const call = called.safeParse(node);
  if (!call.success) return null;
  const { type, callee, arguments: given, source } = call.data;
  const loads = type === 'ImportExpression' || callee?.type === 'Import' || (callee?.type === 'Identifier' && callee.name === 'require');
  const first = text.safeParse(type === 'ImportExpression' ? source : given?.[0]);
  return loads && first.success ? first.data.value : null;
}

/** Every node of a tree of plain objects; without recursion, since a bundled file may be nested deeper than the stack. */
function visit(root: unknown, see: (node: object) => void): void {
  const waiting: unknown[] = [root];
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (typeof node !== 'object' || node === null) continue;
    if ('type' in node) see(node);
    for (const value of Object.values(node)) if (typeof value === 'object' && value !== null) waiting.push(value);
  }
}
