import { type ApiServer, startApiServer, TOKEN } from '@fleetune/api/fixture';
import { runFleetune } from './local-terminal.fixture.js';

/** An API whose only agent is `a1`, called "desk". */
export async function serveOneAgent(): Promise<ApiServer> {
  const server = await startApiServer();
  server.jobs.agents = [
    {
      ...{ id: 'a1', name: 'desk', state: 'Ready', version: '0.1.0', hostName: 'desk', sandbox: 'bubblewrap' },
      ...{ cpuMilli: 8000, memoryMib: 16_000, gpuNames: [], lastSeenMs: 5, classes: [], running: [] },
    },
  ];
  return server;
}

/** Runs a command line against it. */
export function runAgainst({ url }: ApiServer, line: string, token = TOKEN) {
  return runFleetune(line.split(' '), { environment: { FLEETUNE_URL: url, FLEETUNE_TOKEN: token } });
}
