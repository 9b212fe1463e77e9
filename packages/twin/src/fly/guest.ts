/** What a Machine computes with. */
export interface Guest {
  readonly cpu_kind: string;
  readonly cpus: number;
  readonly memory_mb: number;
}

/** One `[[vm]]` of fly.toml. */
export interface Vm {
  readonly size?: string;
  readonly memory?: string | number;
  readonly cpu_kind?: string;
  readonly cpus?: number;
  readonly processes?: readonly string[];
}

const SMALLEST: Guest = { cpu_kind: 'shared', cpus: 1, memory_mb: 256 };
// Megabytes for each CPU, if fly.toml says nothing else (fly.toml reference, "vm").
const MEMORY_PER_CPU: Readonly<Record<string, number>> = { shared: 256, performance: 2048 };

/** What fly.toml gives a process group; null when it says nothing about it. */
export function guestOf(vms: readonly Vm[], group: string): Guest | null {
  const vm = vms.find(({ processes = [] }) => processes.includes(group)) ?? vms.find(({ processes = [] }) => processes.length === 0);
  if (vm === undefined) return null;
  const [, sizeKind, sizeCpus] = /^(\w+)(?:-cpu)?-(\d+)x$/u.exec(vm.size ?? '') ?? [];
  const kind = vm.cpu_kind ?? sizeKind ?? SMALLEST.cpu_kind;
  const cpus = vm.cpus ?? Number(sizeCpus ?? SMALLEST.cpus);
  return { cpu_kind: kind, cpus, memory_mb: megabytes(vm.memory) ?? cpus * (MEMORY_PER_CPU[kind] ?? SMALLEST.memory_mb) };
}

function megabytes(memory: string | number | undefined): number | null {
  if (typeof memory === 'number') return memory;
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*(mb|gb)?$/iu.exec(memory ?? '') ?? [];
  return number === undefined ? null : Number(number) * (unit?.toLowerCase() === 'gb' ? 1024 : 1);
}
