#!/usr/bin/env node
import { keepYoungGenerationSmall } from './young-generation.js';

// Before anything large is loaded: the heap would have grown by then.
keepYoungGenerationSmall();

const { runCommandLine } = await import('./command-line.js');
const { processTerminal } = await import('./terminal.js');

process.exitCode = await runCommandLine(process.argv.slice(2), processTerminal());
