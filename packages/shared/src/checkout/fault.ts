import { query } from '../tools/index.ts';

export interface CheckoutFault {
  readonly why: string;
  /** Files that differ from the commit are the fault, and none other. */
  readonly files: boolean;
}

/** Whether nothing lies beside the commit's own files, not even what git ignores: nothing was installed or built there. */
export async function isUntouched(workspace: string): Promise<boolean> {
  return (await query('git', ['status', '--porcelain', '--ignored'], workspace)) === '';
}

/**
 * Why the workspace is not the clean checkout of the commit; null when it is. What git ignores may be there.
 * @param untracked whether a file that git does not know is a fault, too: where the build would take it in
 */
export async function checkoutFault(workspace: string, sha: string, { untracked }: { readonly untracked: boolean }): Promise<CheckoutFault | null> {
  const fault = (why: string): CheckoutFault => ({ why, files: false });
  const head = await query('git', ['rev-parse', '--verify', 'HEAD^{commit}'], workspace);
  if (head === null) return fault('git finds no commit in the workspace; check it out first (actions/checkout with `ref:` the SHA)');
  if (head !== sha) return fault(`the workspace is at ${head}, not at ${sha}; check out the SHA (actions/checkout with \`ref:\`)`);
  const changes = await query('git', ['status', '--porcelain', ...(untracked ? [] : ['--untracked-files=no'])], workspace);
  if (changes === null) return fault('git cannot say whether the working tree is clean');
  if (changes === '') return null;
  return { why: `files differ from the commit: ${changes.split('\n').slice(0, 5).map((line) => line.trim()).join(', ')}`, files: true };
}
