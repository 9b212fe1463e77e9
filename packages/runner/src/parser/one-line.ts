import { isScalar, parseDocument, visit } from 'yaml';

/**
 * GitHub's npm parser reads expressions of a scalar that spans lines from its source, indentation and all (template-reader.js: `isSingleLine ? token.value :
 * token.source`), because an editor wants positions. GitHub itself reads the value: `if: >-` with one `${{ }}` is an expression there, not text that is
 * always true. So such a scalar is written on one line, quoted, with as many empty lines after it as it had: no other line moves.
 */
export function onOneLine(content: string): string {
  const document = parseDocument(content, { keepSourceTokens: true });
  if (document.errors.length > 0) return content;
  const found: { start: number; end: number; text: string }[] = [];
  visit(document, {
    Scalar(_, node) {
      const [start, end] = node.range ?? [0, 0];
      const source = content.slice(start, end);
      if (!isScalar(node) || typeof node.value !== 'string' || !node.value.includes('${{') || !source.includes('\n')) return;
      found.push({ start, end, text: JSON.stringify(node.value) + '\n'.repeat(source.split('\n').length - 1) });
    },
  });
  return found.reduceRight((text, { start, end, text: line }) => text.slice(0, start) + line + text.slice(end), content);
}
