import type { SearchExpression } from '@aws-sdk/client-sagemaker';
import { type ConstraintFault, elementPath, joinPath } from '../model/constraint-fault.js';
import type { Validated } from '../model/validated.js';
import { filterTest, type Test } from './filter.js';
import { propertyOf } from './property.js';

/** Filters in all of an expression, so that a job is looked at in microseconds whatever is asked. */
const MAX_FILTERS = 100;

/**
 * What an expression asks of a record.
 *
 * @param shapeName of the records, such as `TrainingJob`.
 * @param path of the expression, for faults.
 */
export function expressionTest(
  expression: Validated<SearchExpression>,
  shapeName: string,
  path: string,
  faults: ConstraintFault[],
): Test {
  const count = filterCount(expression);
  if (count > MAX_FILTERS) {
    const constraint = `Member must have at most ${MAX_FILTERS} filters in all; it has ${count}`;
    faults.push({ path, value: undefined, constraint });
    return () => false;
  }
  return compile(expression, shapeName, path, faults);
}

function compile(
  { Filters = [], NestedFilters = [], SubExpressions = [], Operator = 'And' }: Validated<SearchExpression>,
  shapeName: string,
  path: string,
  faults: ConstraintFault[],
): Test {
  const tests = [
    ...Filters.map((filter, index) => {
      const at = elementPath(joinPath(path, 'filters'), index);
      return filterTest(filter, propertyOf(shapeName, filter.Name), at, faults);
    }),
    ...NestedFilters.map((nested, index) =>
      nestedTest(nested, shapeName, elementPath(joinPath(path, 'nestedFilters'), index), faults),
    ),
    ...SubExpressions.map((inner, index) =>
      compile(inner, shapeName, elementPath(joinPath(path, 'subExpressions'), index), faults),
    ),
  ];
  if (tests.length === 0) {
    const constraint = 'Member must have at least one of filters, nestedFilters and subExpressions';
    faults.push({ path, value: {}, constraint });
  }
  return Operator === 'And'
    ? (record) => tests.every((test) => test(record))
    : (record) => tests.some((test) => test(record));
}

type NestedFilters = NonNullable<Validated<SearchExpression>['NestedFilters']>[number];

/** All filters must hold for one and the same element of the list. Their names begin with that of the list. */
function nestedTest(
  { NestedPropertyName: listName, Filters }: NestedFilters,
  shapeName: string,
  path: string,
  faults: ConstraintFault[],
): Test {
  const list = propertyOf(shapeName, listName);
  const elementShape = list?.elementShape;
  if (list === undefined || elementShape === undefined) {
    const constraint = 'Member must be a property of the resource that is a list of structures';
    faults.push({ path: joinPath(path, 'nestedPropertyName'), value: listName, constraint });
    return () => false;
  }
  const prefix = `${listName}.`;
  const tests = Filters.map((filter, index) => {
    const { Name } = filter;
    const property = Name.startsWith(prefix) ? propertyOf(elementShape, Name.slice(prefix.length)) : undefined;
    return filterTest(filter, property, elementPath(joinPath(path, 'filters'), index), faults);
  });
  const elements = (record: unknown) => list.read(record).flat();
  return (record) => elements(record).some((element) => tests.every((test) => test(element)));
}

function filterCount({ Filters = [], NestedFilters = [], SubExpressions = [] }: Validated<SearchExpression>): number {
  return (
    Filters.length +
    NestedFilters.reduce((sum, nested) => sum + nested.Filters.length, 0) +
    SubExpressions.reduce((sum, inner) => sum + 1 + filterCount(inner), 0)
  );
}
