import { Chance } from '@fleetune/scheduler/simulator';
import { Fleet, trainingSpec } from './fleet.mjs';

const CLASSES = ['small', 'medium', 'large'];

/**
 * Milliseconds of every step that came to a pass of admission while the backlog was full: each training job that ends
 * is followed by a new one.
 */
export function admissionPasses({ pending, agents, tenants, passes }) {
  const chance = new Chance(2);
  const samples = [];
  const ticks = [];
  let submitted = 0;
  const fleet = new Fleet({
    random: chance.next,
    onStep: (event, ms, waiting, effects) => {
      if (waiting < 0.95 * pending) return;
      if (event.kind === 'Ticked') ticks.push(ms);
      else if (effects.some((effect) => effect.kind === 'Enqueue')) samples.push(ms);
    },
    onEnd: () => submit(),
  });
  const submit = () => {
    submitted += 1;
    const tenant = `tenant-${submitted % tenants}`;
    const spec = trainingSpec({
      instanceType: chance.pick(CLASSES),
      priority: chance.integer(-1, 1),
      meanSeconds: 60,
    });
    fleet.timeline.after(0, () => fleet.submitTraining({ id: `job-${submitted}-${chance.next()}`, tenant, spec }));
  };
  for (let index = 0; index < agents; index += 1) fleet.addAgent(`agent-${index}`, 4);
  for (let index = 0; index < pending + agents * 5; index += 1) submit();
  fleet.run(() => samples.length >= passes);
  return { samples, ticks };
}
