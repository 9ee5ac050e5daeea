import type { Connection } from '../connection.js';
import { type Finding, fail, ok, warn } from './finding.js';

/** Whether the server answers, and whether anybody would run what it schedules. */
export async function checkFleet(connection: () => Promise<Connection>): Promise<Finding[]> {
  try {
    const { client, url } = await connection();
    const agents = await client.listAgents();
    return [ok('server', `answers at ${url}`), agentFinding(agents)];
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    return [warn('server', reason, 'Start one with "fleetune up", or name one with --url and --token.')];
  }
}

function agentFinding(agents: Awaited<ReturnType<Connection['client']['listAgents']>>): Finding {
  const ready = agents.filter((agent) => agent.state === 'Ready');
  const found = `${ready.length} of ${agents.length} ready`;
  if (ready.length === 0)
    return fail('agents', found, 'Nothing can run: start one with "fleetune agent --join URL --token TOKEN".');
  const unconfined = ready.filter((agent) => agent.sandbox === 'none').map((agent) => agent.name);
  if (unconfined.length === 0) return ok('agents', found);
  return warn('agents', `${found}; no sandbox on ${unconfined.join(', ')}`, 'Install bubblewrap there.');
}
