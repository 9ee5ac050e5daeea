import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense, useMemo } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { ApiProvider, clientFor, createQueryClient } from '../data/api.js';
import { useSession } from '../data/session.js';
import { SignIn } from '../pages/sign-in.js';
import { addresses } from './addresses.js';
import { FaultBoundary } from './fault-boundary.js';
import { Shell } from './shell.js';

// Each page comes when it is first asked for: most never need the charts' library, or the form's.
const TuningJobsPage = lazy(() => import('../pages/tuning-jobs/tuning-jobs-page.js'));
const TuningJobPage = lazy(() => import('../pages/tuning-job/tuning-job-page.js'));
const TrainingJobPage = lazy(() => import('../pages/training-job/training-job-page.js'));
const ComparePage = lazy(() => import('../pages/compare/compare-page.js'));
const FleetPage = lazy(() => import('../pages/fleet/fleet-page.js'));
const CreatePage = lazy(() => import('../pages/create/create-page.js'));

export function App() {
  const { token, ended } = useSession();
  return token === undefined ? <SignIn ended={ended} /> : <Console key={token} token={token} />;
}

function Console({ token }: { readonly token: string }) {
  const api = useMemo(() => clientFor(token), [token]);
  const queries = useMemo(createQueryClient, []);
  return (
    <ApiProvider value={api}>
      <QueryClientProvider client={queries}>
        <Shell>
          <FaultBoundary>
            <Suspense fallback={<p className="page quiet">Loading …</p>}>
              <Pages />
            </Suspense>
          </FaultBoundary>
        </Shell>
      </QueryClientProvider>
    </ApiProvider>
  );
}

function Pages() {
  return (
    <Switch>
      <Route path="/">
        <Redirect to={addresses.tuningJobs} replace />
      </Route>
      <Route path="/tuning-jobs">
        <TuningJobsPage />
      </Route>
      <Route path="/tuning-jobs/:name">{({ name }) => <TuningJobPage key={name} name={name} />}</Route>
      <Route path="/training-jobs/:name">{({ name }) => <TrainingJobPage key={name} name={name} />}</Route>
      <Route path="/compare">
        <ComparePage />
      </Route>
      <Route path="/fleet">
        <FleetPage />
      </Route>
      <Route path="/new">
        <CreatePage />
      </Route>
      <Route>
        <p className="page">There is no such page.</p>
      </Route>
    </Switch>
  );
}
