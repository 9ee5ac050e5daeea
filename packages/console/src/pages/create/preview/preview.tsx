import { createTuningJobSchema } from '@fleetune/api/contract';
import { useMemo, useState } from 'react';
import { CodeBlock } from '../../../design/code-block.js';
import { Tabs } from '../../../design/tabs.js';
import type { Fields } from '../tuning-form.js';
import { boto3Script } from './boto3-script.js';
import { cliScript, tuningFile } from './cli-script.js';

const TABS = [
  { name: 'yaml', title: 'YAML' },
  { name: 'boto3', title: 'boto3' },
  { name: 'cli', title: 'CLI' },
] as const;
type Shown = (typeof TABS)[number]['name'];

/** The same tuning job as a file, as a program and as a command. */
export function Preview({ body }: { readonly body: Fields }) {
  const [shown, setShown] = useState<Shown>('yaml');
  const text = useMemo(() => previewText(shown, body), [shown, body]);
  return (
    <section className="stack preview" aria-label="The same by other ways">
      <h2>The same by other ways</h2>
      <Tabs label="Other ways" tabs={TABS} selected={shown} onSelect={setShown}>
        <CodeBlock label={`The tuning job by ${shown}`} text={text} />
      </Tabs>
    </section>
  );
}

function previewText(shown: Shown, body: Fields): string {
  if (shown === 'yaml') return tuningFile(body);
  if (shown === 'cli') return cliScript(body);
  const parsed = createTuningJobSchema.safeParse(body);
  return parsed.success
    ? boto3Script(parsed.data)
    : '# Fill in the form first: what is missing stands at its fields.\n';
}
