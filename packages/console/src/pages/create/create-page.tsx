import { useSearchParams } from 'wouter';
import { useConfiguration } from '../../data/queries.js';
import { ErrorNotice } from '../../design/notice.js';
import { formFromConfiguration } from './form-from-configuration.js';
import { EMPTY_FORM } from './tuning-form.js';
import { TuningFormView } from './tuning-form-view.js';

/** A new tuning job, from nothing or from another one. */
export default function CreatePage() {
  const [search] = useSearchParams();
  const from = search.get('from') ?? '';
  const { data, error } = useConfiguration('tuning', from);
  return (
    <main className="page">
      <h1>{from === '' ? 'New tuning job' : `New tuning job like ${from}`}</h1>
      {error === null ? null : <ErrorNotice what={`${from} cannot be cloned.`} error={error} />}
      {from === '' ? <TuningFormView start={EMPTY_FORM} hidden={[]} /> : null}
      {data === undefined ? null : (
        <TuningFormView
          key={from}
          start={formFromConfiguration(data.configuration, data.hiddenEnvironment)}
          hidden={data.hiddenEnvironment}
        />
      )}
    </main>
  );
}
