import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where clients are driven. */
const FOLDERS = ['../', '../../../../test/'].map((folder) => fileURLToPath(new URL(folder, import.meta.url)));

const SOURCES = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|py)$/.test(file))
    .map((file) => readFileSync(`${folder}/${file}`, 'utf8')),
);

/** The clients by which tests call an operation. */
export function testedClients(operation: string): readonly string[] {
  const snakeCase = operation.replace(/(?<=.)([A-Z])/g, '_$1').toLowerCase();
  const calls = {
    'AWS SDK for JavaScript': [/@aws-sdk\/client-sagemaker/, new RegExp(`new ${operation}Command\\b`)],
    boto3: [/^import boto3/m, new RegExp(`client\\.${snakeCase}\\b|paginator\\("${snakeCase}"\\)`)],
  };
  return Object.entries(calls)
    .filter(([, marks]) => SOURCES.some((source) => marks.every((mark) => mark.test(source))))
    .map(([client]) => client);
}
