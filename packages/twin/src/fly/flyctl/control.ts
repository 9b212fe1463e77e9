export type ToolEffect =
  | { readonly kind: 'none' }
  | { readonly kind: 'exit'; readonly code: number; readonly withEffect: boolean }
  | { readonly kind: 'hang' }
  | { readonly kind: 'killed-after'; readonly milliseconds: number };

/** Asks the twin whether a fault acts on this call, and how fast its clock runs. Only a deploy is counted. */
export async function control(url: string, argv: readonly string[]): Promise<{ effect: ToolEffect; speed: number }> {
  if (!argv.includes('deploy')) return { effect: { kind: 'none' }, speed: 1 };
  const response = await fetch(`${url}/tool-call`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ tool: 'flyctl', args: argv }) });
  const { effect, speed } = (await response.json()) as { effect: string | null; speed: number };
  return { effect: read(effect), speed };
}

function read(text: string | null): ToolEffect {
  if (text === null) return { kind: 'none' };
  if (text === 'hang') return { kind: 'hang' };
  const exit = /^exit (\d+) (with|without)-effect$/u.exec(text);
  if (exit !== null) return { kind: 'exit', code: Number(exit[1]), withEffect: exit[2] === 'with' };
  const killed = /^killed-after (\d+(?:\.\d+)?)(ms|s)$/u.exec(text);
  if (killed !== null) return { kind: 'killed-after', milliseconds: Number(killed[1]) * (killed[2] === 's' ? 1000 : 1) };
  throw new Error(`The flyctl stand-in does not act out "${text}".`);
}
