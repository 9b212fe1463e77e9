export { childEnvironment } from './environment.ts';
export { lastLines } from './tail.ts';
export { runTool, type ToolResult, type ToolRun, type ToolStream } from './run.ts';
export { pinnedTool, type PinnedTool, type PinnedToolRequest } from './pinned.ts';
export { query, queryBytes } from './query.ts';
