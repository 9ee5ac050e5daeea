import { UNSUPPORTED, type Unsupported } from '../mapping/unsupported.js';
import { operationModel, shapes } from '../model/service-model.js';
import { ECHOED, MATCHED } from './echoed.fixture.js';
import { memberPaths } from './members.fixture.js';
import { notYet } from './not-yet.fixture.js';

/** What becomes of a member of a request. */
export interface AnsweredMember {
  readonly path: string;
  readonly isRequired: boolean;
  readonly answer: 'honoured' | 'in part' | 'refused' | 'echoed';
  /** Why it is not honoured, or not always. */
  readonly because?: string;
}

const UNSUPPORTED_BY_OPERATION: Readonly<Record<string, readonly Unsupported[]>> = {
  CreateHyperParameterTuningJob: UNSUPPORTED.tuningJob,
  CreateTrainingJob: UNSUPPORTED.trainingJob,
  ListTrainingJobs: UNSUPPORTED.listTrainingJobs,
  Search: UNSUPPORTED.search,
  UpdateTrainingJob: UNSUPPORTED.updateTrainingJob,
};

/** Every member of an operation's request, several definitions as one. */
export function answeredMembers(operation: string): readonly AnsweredMember[] {
  const unsupported = UNSUPPORTED_BY_OPERATION[operation] ?? [];
  const echoed = ECHOED[operation] ?? [];
  const matched = MATCHED[operation] ?? [];
  const refusedLater = notYet()[operation] ?? [];
  const { input } = operationModel(operation);
  const shape = shapes[input];
  const required = new Set(shape?.type === 'structure' ? shape.required : []);
  const isEnd = (path: string) => [...unsupported, ...echoed, ...matched].some(({ member }) => member === path);
  return memberPaths(input, isEnd)
    .filter((path) => !path.startsWith('TrainingJobDefinitions[]'))
    .map((path) => {
      const isRequired = required.has(path);
      const refusal = unsupported.find(({ member }) => member === path);
      if (refusal !== undefined) return { path, isRequired, ...refusalOf(refusal) };
      const echo = echoed.find(({ member }) => member === path);
      if (echo !== undefined) return { path, isRequired, answer: 'echoed', because: echo.because };
      const match = matched.find(({ member }) => member === path);
      if (match !== undefined) return { path, isRequired, answer: 'in part', because: match.because };
      const later = refusedLater.find(({ member }) => member === path);
      if (later === undefined) return { path, isRequired, answer: 'honoured' };
      if (later.value === undefined) return { path, isRequired, answer: 'refused', because: later.because };
      return { path, isRequired, answer: 'in part', because: `\`${later.value}\` is refused: ${later.because}` };
    });
}

function refusalOf({ except, asking, because }: Unsupported): Pick<AnsweredMember, 'answer' | 'because'> {
  if (asking !== undefined) return { answer: 'in part', because: `${code(asking)} is refused: ${because}` };
  if (except !== undefined) return { answer: 'in part', because: `all but ${code(except)} is refused: ${because}` };
  return { answer: 'refused', because };
}

function code(values: readonly (string | number | boolean)[]): string {
  return values.map((value) => `\`${value}\``).join(', ');
}
