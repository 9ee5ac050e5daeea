import type { TrainingJob } from '@fleetune/api/contract';

/** All that the program was given; what the search chose is marked. */
export function Hyperparameters({ job }: { readonly job: TrainingJob }) {
  const names = Object.keys(job.hyperparameters).sort();
  if (names.length === 0) return <p className="quiet">It was given none.</p>;
  return (
    <div className="table-scroll">
      <table className="table">
        <thead>
          <tr>
            <th>Name</th>
            <th>Value</th>
            <th>Chosen by</th>
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <tr key={name}>
              <td className="fixed">{name}</td>
              <td className="fixed">{job.hyperparameters[name]}</td>
              <td>{job.tuning?.configuration[name] === undefined ? 'the request' : 'the search'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
