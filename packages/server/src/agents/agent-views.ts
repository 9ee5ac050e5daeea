import type { AgentState, AgentView } from '@fleetune/scheduler';
import { countLeases, type Database, listAgentRows, listAvailableWarmPools } from '@fleetune/store';

interface StoredInventory {
  readonly cpuMilli: number;
  readonly memoryMib: number;
  readonly gpuNames: readonly string[];
  readonly sandbox: string;
}

/** Every agent that ever joined, with what it runs now. */
export async function listAgentViews(
  database: Database,
  stateOf: (agentId: string) => AgentState['state'] | undefined,
): Promise<AgentView[]> {
  const [rows, leases, pools] = await Promise.all([
    listAgentRows(database),
    countLeases(database),
    listAvailableWarmPools(database),
  ]);
  return rows.map((row) => {
    const inventory = row.inventory as StoredInventory | null;
    return {
      id: row.id,
      name: row.name,
      state: shownState(stateOf(row.id)),
      version: row.version ?? '',
      hostName: row.host_name ?? '',
      cpuMilli: inventory?.cpuMilli ?? 0,
      memoryMib: inventory?.memoryMib ?? 0,
      gpuNames: inventory?.gpuNames ?? [],
      sandbox: inventory?.sandbox ?? '',
      classes: (row.offered_classes as AgentView['classes'] | null) ?? [],
      running: leases
        .filter((lease) => lease.agent_id === row.id)
        .map((lease) => ({ trainingJobId: lease.training_job_id, fence: lease.fence })),
      retained: pools.filter((pool) => pool.agent_id === row.id).length,
      lastSeenMs: row.last_seen_at?.getTime() ?? 0,
    };
  });
}

function shownState(state: AgentState['state'] | undefined): AgentView['state'] {
  return state === undefined || state === 'Silent' ? 'Offline' : state;
}
