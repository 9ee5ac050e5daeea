import { execFileSync } from 'node:child_process';
import { chromium } from 'playwright-core';

/** Starts the Chromium of this machine. @throws when there is none */
export async function launchChromium() {
  // Root may not use Chromium's own sandbox; the pages are ours.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: chromiumProgram(), args });
}

function chromiumProgram() {
  try {
    return execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim();
  } catch {
    throw new Error('There is no Chromium on this machine; Debian has it as package "chromium".');
  }
}
