import { derivedForms } from './forms.ts';
import { Secret } from './secret.ts';

export interface Redactor {
  /** From now on, every known form of the value is replaced by `***`. */
  register(secret: Secret | string): void;
  redact(text: string): string;
}

export function redactor(): Redactor {
  const forms = new Set<string>();
  // Made when it is next needed: fifty secrets are registered one after the other, and each makes about sixty forms.
  let pattern: RegExp | null = null;
  return {
    register(secret) {
      for (const form of derivedForms(secret instanceof Secret ? secret.reveal() : secret)) forms.add(form);
      pattern = null;
    },
    redact(text) {
      if (forms.size === 0) return text;
      pattern ??= alternation(forms);
      return text.replace(pattern, '***');
    },
  };
}

/** The one of this process: everything that leaves goes through it. */
export const processRedactor: Redactor = redactor();

/** Longest first, so that a value is not cut by a part of it. */
function alternation(forms: ReadonlySet<string>): RegExp {
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map((form) => RegExp.escape(form)).join('|'), 'g');
}
