/** Machines by what they are, `app/1`, as fault lines name them: their ids differ from run to run. */
export type Names = ReadonlyMap<string, string>;

/** @param machines in the order in which they were made */
export function namesOf(machines: readonly { readonly id: string; readonly group: string }[]): Names {
  const counts = new Map<string, number>();
  return new Map(machines.map(({ id, group }) => {
    const number = (counts.get(group) ?? 0) + 1;
    counts.set(group, number);
    return [id, `${group}/${number}`];
  }));
}

export function named(text: string, names: Names): string {
  return [...names].reduce((one, [id, name]) => one.replaceAll(id, name), text);
}
