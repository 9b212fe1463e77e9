import { processRedactor } from '../secrets/index.ts';

// Redacted first: a secret that was escaped for Markdown is none of the forms that the redactor knows.

/** Foreign text in a table's cell: it opens no other cell, no line and no tag. */
export function markdownCell(text: string): string {
  return processRedactor.redact(text).replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ').replaceAll('<', '&lt;');
}

/** Foreign text as code: no mention and no markup comes of it. */
export function markdownCode(text: string): string {
  return `\`${processRedactor.redact(text).replaceAll('`', "'").replaceAll('|', '/').replaceAll(/\s*\n\s*/g, ' ')}\``;
}
