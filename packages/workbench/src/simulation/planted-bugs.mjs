/**
 * Bugs that the simulator must find. Each is a patch to one source file of the scheduler, made in a copy: `find` stands
 * there exactly once. When the source changes, the patch follows.
 */
export const PLANTED_BUGS = [
  {
    name: 'a result counts with an old fence',
    file: 'agents.ts',
    find: ' && attempt.fence === fence;',
    replace: ';',
  },
  {
    name: 'two agents may have one attempt',
    file: 'attempts.ts',
    find: "if (attempt.state !== 'Queued') return refuse",
    replace: 'if (false) return refuse',
  },
  {
    name: 'leases end before agents end their programs',
    file: 'attempts.ts',
    find: 'job.attempt.leaseExpiresAtMs = nowMs + state.settings.leaseTtlMs + state.settings.leaseGraceMs;',
    replace: 'job.attempt.leaseExpiresAtMs = nowMs + state.settings.leaseTtlMs / 2;',
  },
  {
    name: 'renewals do not prolong the lease',
    file: 'attempts.ts',
    find: 'job.attempt.leaseExpiresAtMs = nowMs + state.settings.leaseTtlMs + state.settings.leaseGraceMs;',
    replace: '',
  },
  {
    name: 'a late hello is believed at once',
    file: 'agents.ts',
    find: "  recount(context, agent);\n  context.emit({ kind: 'WelcomeAgent'",
    replace:
      "  recount(context, agent);\n  settleDoubts(context, agent.id, []);\n  context.emit({ kind: 'WelcomeAgent'",
  },
  {
    name: 'the end of an old stream ends the new one',
    file: 'agents.ts',
    find: 'if (state.agents.get(agentId)?.epoch !== epoch) return;',
    replace: '',
  },
  {
    name: 'a restart forgets what waits',
    file: 'state.ts',
    find: 'state.pending.add(job, nowMs);',
    replace: '',
  },
  {
    name: 'a restart ends every lease',
    file: 'state.ts',
    find: 'attempt.leaseExpiresAtMs = nowMs + state.settings.leaseTtlMs + state.settings.leaseGraceMs;',
    replace: 'attempt.leaseExpiresAtMs = nowMs;',
  },
  {
    name: 'what the queue lost stays lost',
    file: 'deadlines.ts',
    find: 'if (reason === undefined) requeue(context, job);',
    replace: 'if (reason === undefined) return;',
  },
  {
    name: 'put on the queue of the first class, not of the chosen one',
    file: 'placement/admission.ts',
    find: "context.emit({ kind: 'Enqueue', instanceClass, key",
    replace: "context.emit({ kind: 'Enqueue', instanceClass: job.spec.instances[0].instanceType, key",
  },
  {
    name: 'places by the wrong entry of the fallback list',
    file: 'placement/fallback.ts',
    find: 'placed(instances, instances.indexOf(entry), conditions)',
    replace: 'placed(instances, position, conditions)',
  },
  {
    name: 'a spot machine counts for jobs that did not agree to it',
    file: 'placement/fleet-capacity.ts',
    find: 'return isSpotClass(instanceClass) ? ANY_SPOT_CLASS : ANY_CLASS;',
    replace: 'return ANY_SPOT_CLASS;',
  },
  {
    name: 'spot jobs get their whole running time again with each attempt',
    file: 'running-time.ts',
    find: 'if (!spec.spot || trainingMs === 0) return spec;',
    replace: 'return spec;',
  },
  {
    name: 'the quota lets one more in',
    file: 'placement/admission.ts',
    find: 'state.shares.quotaLeft(tenant) > 0 ?',
    replace: 'state.shares.quotaLeft(tenant) >= 0 ?',
  },
  {
    name: 'a claimed attempt still counts as queued',
    file: 'attempts.ts',
    find: 'leaveQueue(state, attempt);',
    replace: '',
  },
  {
    name: 'a lease does not take a slot',
    file: 'attempts.ts',
    find: '  recount(context, agent);\n',
    replace: '',
  },
  {
    name: 'a silent agent is counted on',
    file: 'agents.ts',
    find: "agent.state = 'Silent';\n    recount(context, agent);",
    replace: "agent.state = 'Silent';",
  },
  {
    name: 'an ended attempt is charged to its tenant for ever',
    file: 'training-jobs.ts',
    find: 'state.shares.ended(job.tenant, flowOf(job), attempt.instanceClass, ranMs, nowMs);',
    replace: '',
  },
  {
    name: 'whoever rests is not woken',
    file: 'placement/backlog.ts',
    find: 'this.#line(waiting);\n        woke = true;',
    replace: 'woke = true;',
  },
  {
    name: 'a stop does not reach the agent',
    file: 'training-jobs.ts',
    find: "kind: 'StopAttempt',\n      agentId: attempt.agentId,",
    replace: "kind: 'StopAttempt',\n      agentId: 'nobody',",
  },
  {
    name: 'a stop leaves the queued attempt alive',
    file: 'training-jobs.ts',
    find: "if (attempt?.state === 'Queued') endAttempt(",
    replace: "if (attempt?.state === 'Nowhere') endAttempt(",
  },
  {
    name: 'permits in use are not counted',
    file: 'tuning/tuning-loop.ts',
    find: 'maxParallelTrainingJobs - job.inFlight.size',
    replace: 'maxParallelTrainingJobs',
  },
  {
    name: 'one training job more than MaxNumber',
    file: 'tuning/tuning-loop.ts',
    find: 'maxTrainingJobs - job.launched)',
    replace: 'maxTrainingJobs + 1 - job.launched)',
  },
  {
    name: 'a completed training job is counted twice',
    file: 'tuning/tuning-loop.ts',
    find: 'job.completed += 1;',
    replace: 'job.completed += 2;',
  },
  {
    name: 'the search is told twice',
    file: 'tuning/tuning-loop.ts',
    find: "context.emit({\n    kind: 'Tell',",
    replace:
      "context.emit({ kind: 'Tell', tuningJobId: job.id, index, outcome: trialOutcome(ended, ended.spec.objective?.metricName ?? '', epochs) });\n  context.emit({\n    kind: 'Tell',",
  },
  {
    name: 'a failed search leaves the tuning job waiting',
    file: 'tuning/tuning-loop.ts',
    find: 'job.asking = 0;\n  job.failureReason =',
    replace: 'job.failureReason =',
  },
  {
    name: 'MaxRuntime of a tuning job is not looked at',
    file: 'step.ts',
    find: 'checkTuningRuntime(context, job);',
    replace: '',
  },
  {
    name: 'MaxPendingTime is not looked at',
    file: 'deadlines.ts',
    find: 'if (maxPendingSeconds !== undefined &&',
    replace: 'if (false &&',
  },
  {
    name: 'a phase that was left is entered again',
    file: 'attempts.ts',
    find: ' || hasLeft(job, phase)) return;',
    replace: ') return;',
  },
  {
    name: 'transitions are left open',
    file: 'transitions.ts',
    find: '  closeLast(job, nowMs);\n  job.transitions.push',
    replace: '  job.transitions.push',
  },
  {
    name: 'acts before the transaction is durable',
    file: 'runner.ts',
    find: 'const outcome = await this.#commit(effects);',
    replace: 'this.#act(effects);\n      const outcome = await this.#commit(effects);',
  },
  {
    name: 'a failed transaction is forgotten',
    file: 'runner.ts',
    find: 'else this.#effects = [...effects, ...this.#effects];',
    replace: '',
  },
  {
    name: 'attempts that end during a commit are not written',
    file: 'runner.ts',
    find: 'job.endedAttempts.splice(0, count)',
    replace: 'job.endedAttempts.splice(0)',
  },
];
