import { useState } from 'react';
import { stringify } from 'yaml';
import { useConfiguration } from '../data/queries.js';
import { CodeBlock } from '../design/code-block.js';
import { ErrorNotice, Notice } from '../design/notice.js';
import { Tabs } from '../design/tabs.js';
import { inReadingOrder } from './configuration-order.js';

const FORMATS = [
  { name: 'yaml', title: 'YAML' },
  { name: 'json', title: 'JSON' },
] as const;

/** What was asked for, as it can be sent again. */
export function JobConfigurationView({ kind, name }: { readonly kind: 'tuning' | 'training'; readonly name: string }) {
  const { data, error } = useConfiguration(kind, name);
  const [format, setFormat] = useState<(typeof FORMATS)[number]['name']>('yaml');
  if (error !== null) return <ErrorNotice what="The configuration cannot be shown." error={error} />;
  if (data === undefined) return <p className="quiet">Loading …</p>;
  const { hiddenEnvironment } = data;
  const configuration = inReadingOrder(data.configuration);
  return (
    <>
      {hiddenEnvironment.length === 0 ? null : (
        <Notice kind="warning" title="Not shown:">
          the values of {hiddenEnvironment.join(', ')}. The environment may hold secrets.
        </Notice>
      )}
      <Tabs label="Format" tabs={FORMATS} selected={format} onSelect={setFormat}>
        <CodeBlock
          label={`Configuration as ${format.toUpperCase()}`}
          text={format === 'yaml' ? stringify(configuration) : JSON.stringify(configuration, null, 2)}
        />
      </Tabs>
    </>
  );
}
