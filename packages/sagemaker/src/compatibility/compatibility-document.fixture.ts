import { operations } from '../registry.js';
import { type AnsweredMember, answeredMembers } from './answered-members.fixture.js';
import { testedClients, testedNeighbours } from './tested-clients.fixture.js';

/**
 * docs/sagemaker-compatibility.md, from the registry, the API model, the tables of what is refused and echoed, and the
 * records of what clients were served.
 */
export function compatibilityDocument(): string {
  const names = [...operations.keys()].sort();
  const parts = [INTRODUCTION, table(HEADER, names.map(summaryRow)), NEIGHBOURS, neighbourTable()];
  return `${[...parts, ...names.map(section)].join('\n\n')}\n`;
}

const INTRODUCTION = `# SageMaker compatibility

Generated from the code; a test holds it to the code. To write it again:

\`\`\`sh
npx vitest run --config packages/workbench/vitest.config.ts --project unit packages/sagemaker/src/compatibility -u
\`\`\`

What becomes of each member of a request:

- **honoured**: it does what Amazon's documentation says.
- **in part**: it is honoured but for the values named, which are refused, or only in the way named.
- **refused**: a request with it is answered with a \`ValidationException\` that says why.
- **echoed**: it is taken in, shown again by Describe, and changes nothing.

Members that the API model does not know are refused, and so is every operation that is not on this page
(\`UnknownOperationException\`).

**tested by** names the clients that the operation has answered in \`npm run e2e:clients\`, in front of real agents and real
trainings. The suites note it themselves and fail when this page says otherwise.`;

const HEADER = ['operation', 'honoured', 'in part', 'refused', 'echoed', 'tested by'];

function summaryRow(name: string): readonly string[] {
  const members = answeredMembers(name);
  const count = (answer: AnsweredMember['answer']) => String(members.filter((one) => one.answer === answer).length);
  return [
    `[${name}](#${name.toLowerCase()})`,
    count('honoured'),
    count('in part'),
    count('refused'),
    count('echoed'),
    testedClients(`SageMaker.${name}`).join(', '),
  ];
}

const NEIGHBOURS = `The services that SageMaker's clients call beside it, at the same address:`;

function neighbourTable(): string {
  const rows = testedNeighbours().map((operation) => [operation, testedClients(operation).join(', ')]);
  return table(['operation', 'tested by'], rows);
}

function section(name: string): string {
  const rows = answeredMembers(name).map(({ path, isRequired, answer, because }) => [
    `\`${path}\`${isRequired ? ' (required)' : ''}`,
    answer,
    because?.replaceAll('|', '\\|') ?? '',
  ]);
  const note = NOTES[name];
  return [`## ${name}`, ...(note ? [note] : []), table(['member', 'answer', 'why'], rows)].join('\n\n');
}

const NOTES: Readonly<Record<string, string>> = {
  CreateHyperParameterTuningJob:
    '`TrainingJobDefinition` stands for `TrainingJobDefinitions[]`, too. `DefinitionName`, `TuningObjective` and `HyperParameterRanges` belong to the latter; a single definition has the objective and the ranges of `HyperParameterTuningJobConfig`.',
  GetSearchSuggestions:
    'Beside the properties of the API, names of hyperparameters, metrics and tags of the 100 newest jobs are suggested.',
  Search:
    'Training jobs and hyperparameter tuning jobs are searched; there are no resources of the other kinds, so none is found. Without `SortBy` the order is that of `CreationTime`. A page may have fewer results than asked for, even none, and a `NextToken`: one call looks at about 1,000 jobs. By other properties than name, status and creation time up to 5,000 jobs are sorted.',
};

/** Columns are as wide as their widest cell, so that a formatter of Markdown leaves the page as it is. */
function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((_title, column) =>
    Math.max(3, ...[header, ...rows].map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => cells[column]?.padEnd(width)).join(' | ')} |`;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
