export { runCommandLine } from './command-line.js';
export type { Terminal } from './terminal.js';
