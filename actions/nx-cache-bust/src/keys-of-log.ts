/** What one step of actions/cache asked for, as its log shows it. */
export interface Asked {
  readonly key: string;
  readonly restoreKeys: readonly string[];
}

export interface LoggedKeys {
  readonly asked: readonly Asked[];
  /** What was restored, each once. */
  readonly restored: readonly string[];
}

// actions/cache and actions/toolkit write these; the setup-* actions the same sentence.
const RESTORED = /^(?:Cache restored from key|Cache restored successfully from key|Cache found and can be restored from key|Cache hit for(?: restore-key)?): (.+)$/u;
const MISSED = /^Cache not found for (?:input )?keys?: (.+)$/u;
const INPUT = /^ {2}([\w-]+): ?(.*)$/u;
const COLOURS = new RegExp(String.raw`\u001b\[[0-9;]*m`, 'gu');
// A key has 512 characters at most, ten of them may be asked for; more lines than any job has steps.
const MOST = 1000;

/** Reads a job's log line by line; keeps nothing of it but the keys. */
export function keyReader(): { take(line: string): void; keys(): LoggedKeys } {
  const asked: Asked[] = [];
  const restored = new Set<string>();
  let step: Map<string, string[]> | null = null;
  let current: string[] | null = null;

  return {
    take(raw) {
      const line = raw.replaceAll(COLOURS, '').trimEnd();
      if (line.startsWith('##[group]Run ')) {
        step = new Map();
        current = null;
      } else if (step !== null && (line === '##[endgroup]' || line === 'env:')) {
        closeStep();
      } else if (step !== null) {
        takeInput(step, line);
      } else {
        takeWord(line);
      }
    },
    keys() {
      closeStep();
      return { asked, restored: [...restored] };
    },
  };

  /** A value of several lines goes on below, up to the next input. */
  function takeInput(inputs: Map<string, string[]>, line: string): void {
    const [, name, value = ''] = INPUT.exec(line) ?? [];
    if (name !== undefined) {
      current = value === '' ? [] : [value.trim()];
      inputs.set(name, current);
    } else if (current !== null && line.trim() !== '' && current.length < MOST) {
      current.push(line.trim());
    }
  }

  function closeStep(): void {
    const [key] = step?.get('key') ?? [];
    if (key !== undefined && asked.length < MOST) asked.push({ key, restoreKeys: step?.get('restore-keys') ?? [] });
    step = null;
    current = null;
  }

  function takeWord(line: string): void {
    const [, hit] = RESTORED.exec(line) ?? [];
    if (hit !== undefined && restored.size < MOST) restored.add(hit.trim());
    const [, missed] = MISSED.exec(line) ?? [];
    const [first = '', ...more] = missed?.split(',').map((key) => key.trim()) ?? [];
    if (first !== '' && asked.length < MOST && !asked.some(({ key }) => key === first)) asked.push({ key: first, restoreKeys: more });
  }
}
