export { type MachineProcess, startMachineProcess } from './machine-process.ts';
export { rootFolders } from './root-folder.ts';
