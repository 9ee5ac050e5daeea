import { spawn } from 'node:child_process';

/** Milliseconds from spawning a program to the first byte it prints, one after the other. */
export async function bareSpawnMs(command, args, runs) {
  const samples = [];
  for (let run = 0; run < runs; run += 1) samples.push(await once(command, args));
  return samples;
}

function once(command, args) {
  return new Promise((resolve, reject) => {
    const startedMs = performance.now();
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let firstByteMs;
    child.stdout.once('data', () => {
      firstByteMs = performance.now() - startedMs;
    });
    child.on('error', reject);
    child.on('close', () => resolve(firstByteMs));
  });
}
