import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What each suite of clients was served, as a recorder between client and server noted it; the suites hold it true. */
const RECORDS = fileURLToPath(new URL('../../../../test/clients/records/', import.meta.url));

const EXERCISED = readdirSync(RECORDS)
  .map((file) => JSON.parse(readFileSync(`${RECORDS}${file}`, 'utf8')) as Readonly<Record<string, readonly string[]>>)
  .flatMap((record) => Object.entries(record));

/**
 * The clients that an operation has answered in a test, with a real server and real trainings behind it.
 *
 * @param operation such as `SageMaker.ListTags`.
 */
export function testedClients(operation: string): readonly string[] {
  const clients = EXERCISED.filter(([, operations]) => operations.includes(operation)).map(([client]) => client);
  return [...new Set(clients)].sort((a, b) => a.localeCompare(b));
}

/** Every operation that some client was served, SageMaker's aside; S3 stands for all of its operations. */
export function testedNeighbours(): readonly string[] {
  const operations = EXERCISED.flatMap(([, names]) => names).filter((name) => !name.startsWith('SageMaker.'));
  return [...new Set(operations)].sort();
}
