import { isRule, type RuleId } from './rules/rules.ts';
import type { Finding, SuppressionFault } from './types.ts';

export interface Judged {
  readonly findings: Finding<RuleId>[];
  readonly suppressed: (Finding<RuleId> & { readonly reason: string })[];
  readonly suppressionFaults: SuppressionFault[];
}

/**
 * Takes out what a comment above the statement allows: `// preflight-allow <rule> <subject>: <reason>`, in SQL with `--`.
 * @param texts of the files of the set, by path
 */
export function suppress(findings: readonly Finding<RuleId>[], texts: ReadonlyMap<string, string>): Judged {
  const allowances = [...texts].flatMap(([file, text]) => allowancesIn(file, text));
  const judged: Judged = { findings: [], suppressed: [], suppressionFaults: [] };
  const used = new Set<Allowance>();
  for (const finding of findings) {
    const allowance = allowances.find((one) => one.fault === null && one.file === finding.file && one.line < finding.line && one.rule === finding.rule && one.subject === finding.subject);
    if (allowance === undefined) judged.findings.push(finding);
    else {
      used.add(allowance);
      judged.suppressed.push({ ...finding, reason: allowance.reason });
    }
  }
  for (const one of allowances) {
    const why = one.fault ?? (used.has(one) ? null : `it matches no finding below it: ${one.rule} ${one.subject}`);
    if (why !== null) judged.suppressionFaults.push({ file: one.file, line: one.line, why });
  }
  return judged;
}

interface Allowance {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly subject: string;
  readonly reason: string;
  readonly fault: string | null;
}

function allowancesIn(file: string, text: string): Allowance[] {
  if (!text.includes('preflight-allow')) return [];
  return text.split('\n').flatMap((line, index): Allowance[] => {
    const written = /(?:\/\/|--|\/\*|^\s*\*)\s*preflight-allow\b\s*(.*)$/u.exec(line)?.[1]?.replace(/\*\/\s*$/u, '').trim();
    if (written === undefined) return [];
    const [, rule = '', subject = '', reason = ''] = /^(\S+)\s+([^\s:]+)\s*(?::\s*(.*))?$/u.exec(written) ?? [];
    return [{ file, line: index + 1, rule, subject, reason: reason.trim(), fault: faultIn(rule, subject, reason) }];
  });
}

function faultIn(rule: string, subject: string, reason: string): string | null {
  if (rule === '') return 'write it as: preflight-allow <rule> <table.column>: <reason>';
  if (!isRule(rule)) return `there is no rule ${rule}`;
  return reason.trim() === '' ? `it gives no reason; write it behind a colon: preflight-allow ${rule} ${subject}: <reason>` : null;
}
