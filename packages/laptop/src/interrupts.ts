interface Buttons {
  /** GitHub's cancel button. */
  cancel(): void;
  /** Everything is killed, and nothing tidies up. */
  kill(): void;
  running(): readonly { readonly name: string; readonly seconds: number; readonly line: string }[];
  say(text: string): void;
}

/**
 * What a Ctrl-C means: the first cancels (the steps are asked to end, then the report and the lock's release run), the second says what is still at work, the third
 * kills it.
 */
export function interrupts({ cancel, kill, running, say }: Buttons): () => void {
  let count = 0;
  return () => {
    count += 1;
    if (count === 1) {
      say('Cancelling: the steps at work are asked to end; the report and the release of the lock come after them.');
      return cancel();
    }
    if (count === 2) {
      const left = running();
      const what = left.map(({ name, seconds, line }) => `${name}, for ${Math.round(seconds)} s${line === '' ? '' : ` (${line})`}`);
      return say(`Still at work: ${what.join('; ') || 'nothing but the end of the run'}. Once more kills it, and nothing is tidied up.`);
    }
    if (count === 3) {
      say('Killing what is still at work.');
      kill();
    }
  };
}
