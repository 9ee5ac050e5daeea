import type { PlanParts } from './make-plan.js';
import { type SimulationReport, simulate } from './simulate.js';

export interface Shrunk {
  readonly parts: PlanParts;
  readonly report: SimulationReport;
}

/**
 * Looks for a smaller run of the same seed that breaks the same rule: halves of the list of faults are left out as long
 * as that works, then single ones, then agents.
 */
export async function shrink(failing: SimulationReport): Promise<Shrunk> {
  const { seed, violation, plan } = failing;
  const breaks = async (parts: PlanParts): Promise<SimulationReport | undefined> => {
    const report = await simulate(seed, parts);
    return report.violation !== undefined && report.violation.rule === violation?.rule ? report : undefined;
  };
  let best: Shrunk = { parts: { faults: plan.faults.map((_, index) => index) }, report: failing };
  for (let size = Math.ceil((best.parts.faults?.length ?? 0) / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < (best.parts.faults?.length ?? 0); ) {
      const faults = (best.parts.faults ?? []).filter((_, place) => place < start || place >= start + size);
      const report = await breaks({ ...best.parts, faults });
      if (report === undefined) start += size;
      else best = { parts: { ...best.parts, faults }, report };
    }
  }
  for (let agents = Math.floor(plan.agents.length / 2); agents >= 1; agents = Math.floor(agents / 2)) {
    const report = await breaks({ ...best.parts, agents });
    if (report === undefined) break;
    best = { parts: { ...best.parts, agents }, report };
  }
  return best;
}
