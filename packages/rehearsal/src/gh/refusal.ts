/** What ends the command as gh ends it: one line on standard error, exit code 1. */
export class GhRefusal extends Error {
  override readonly name = 'GhRefusal';
}

/** GitHub's own refusal, as gh writes it. */
export function httpRefusal(status: number, message: string, path: string): GhRefusal {
  return new GhRefusal(`HTTP ${status}: ${message} (https://api.github.com/${path})`);
}
