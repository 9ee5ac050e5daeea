import type { Agent, Waiting } from '@fleetune/api/contract';
import { Link } from 'wouter';
import { addresses } from '../../app/addresses.js';
import { useAgents, useWaiting } from '../../data/queries.js';
import { formatAge, formatNumber } from '../../design/format.js';
import { ErrorNotice } from '../../design/notice.js';
import { StatusBadge } from '../../design/status-badge.js';

/** The machines, what they offer and run, and what waits for them. */
export default function FleetPage() {
  const agents = useAgents();
  const waiting = useWaiting();
  const problem = agents.error ?? waiting.error;
  const connected = agents.data?.filter((agent) => agent.state !== 'Offline') ?? [];
  return (
    <main className="page">
      <h1>Fleet</h1>
      {problem === null ? null : <ErrorNotice what="The fleet cannot be read." error={problem} />}
      <section className="stack" aria-label="Agents">
        <h2>
          Agents <span className="quiet">{connected.length} connected</span>
        </h2>
        {agents.data === undefined ? null : <Agents agents={agents.data} />}
      </section>
      <section className="stack" aria-label="Queues">
        <h2>Queues</h2>
        {waiting.data === undefined ? null : <Queues queues={waiting.data.queues} />}
      </section>
      <section className="stack" aria-label="Waiting training jobs">
        <h2>Why training jobs wait</h2>
        {waiting.data === undefined ? null : <WaitingJobs waiting={waiting.data} />}
      </section>
    </main>
  );
}

function Agents({ agents }: { readonly agents: readonly Agent[] }) {
  if (agents.length === 0) {
    return (
      <p className="quiet">
        No agent has joined yet. <code>fleetune agent --join URL</code> makes a machine one.
      </p>
    );
  }
  return (
    <Scrolled label="Agents">
      <table className="table">
        <thead>
          <tr>
            <th>Agent</th>
            <th>State</th>
            <th className="right">Running</th>
            <th>Slots by class</th>
            <th className="right">Cores</th>
            <th className="right">Memory</th>
            <th>GPUs</th>
            <th>Sandbox</th>
            <th>Last heard</th>
          </tr>
        </thead>
        <tbody>
          {agents.map((agent) => (
            <tr key={agent.id}>
              <td>
                {agent.name}
                <div className="quiet">
                  {agent.hostName} · {agent.version}
                </div>
              </td>
              <td>
                <StatusBadge status={agent.state} />
              </td>
              <td className="right number">{agent.runningCount}</td>
              <td>
                <span className="row">
                  {agent.classes.map(({ name, slots }) => (
                    <span key={name} className="tag">
                      {offeredAs(name)} × {slots}
                    </span>
                  ))}
                </span>
              </td>
              <td className="right number">{formatNumber(agent.cpuMilli / 1000)}</td>
              <td className="right number">{formatNumber(Math.round(agent.memoryMib / 102.4) / 10)} GiB</td>
              <td>{agent.gpuNames.length === 0 ? 'none' : agent.gpuNames.join(', ')}</td>
              <td>{agent.sandbox}</td>
              <td>{formatAge(agent.lastSeenMs, Date.now())}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}

function Queues({ queues }: { readonly queues: Waiting['queues'] }) {
  if (queues.length === 0) return <p className="quiet">Nothing waits, and no class is offered by name.</p>;
  return (
    <Scrolled label="Queues">
      <table className="table">
        <thead>
          <tr>
            <th>Instance class</th>
            <th className="right">Waiting</th>
            <th className="right">Slots</th>
            <th className="right">Free</th>
          </tr>
        </thead>
        <tbody>
          {queues.map((queue) => (
            <tr key={queue.instanceClass}>
              <td>{queue.instanceClass}</td>
              <td className="right number">{queue.waitingCount}</td>
              <td className="right number">{queue.slotCount}</td>
              <td className="right number">{queue.freeSlotCount}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}

function WaitingJobs({ waiting }: { readonly waiting: Waiting }) {
  if (waiting.trainingJobs.length === 0) return <p className="quiet">None waits.</p>;
  return (
    <Scrolled label="Waiting training jobs">
      <table className="table">
        <thead>
          <tr>
            <th>Training job</th>
            <th>Status</th>
            <th>Since</th>
            <th>Why</th>
          </tr>
        </thead>
        <tbody>
          {waiting.trainingJobs.map((job) => (
            <tr key={job.name}>
              <td>
                <Link href={addresses.trainingJob(job.name)}>{job.name}</Link>
              </td>
              <td>{job.secondaryStatus}</td>
              <td>{formatAge(job.sinceMs, Date.now())}</td>
              <td>{job.reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {waiting.complete ? null : <p className="quiet">More training jobs wait than are shown.</p>}
    </Scrolled>
  );
}

function Scrolled({ label, children }: { readonly label: string; readonly children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section className="table-scroll" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}

/** An agent that serves every class offers `*`; machines that may be taken away offer their classes as `<class>:spot`. */
function offeredAs(name: string): string {
  const [type = '', spot] = name.split(':');
  return `${type === '*' ? 'any class' : type}${spot === undefined ? '' : ' on spot'}`;
}
