import { readFileSync } from 'node:fs';
import { extendShapes } from './extensions.js';
import type { Shapes } from './shape.js';

/** What the API model says of one operation. Names are names of shapes. */
export interface OperationModel {
  readonly input: string;
  /** Absent when a success has no body. */
  readonly output?: string;
  readonly errors: readonly string[];
}

interface ServiceModel {
  readonly operations: Readonly<Record<string, OperationModel>>;
  readonly shapes: Shapes;
}

const model = JSON.parse(readFileSync(new URL('./service-model.json', import.meta.url), 'utf8')) as ServiceModel;

/** The shapes of the API as Fleetune accepts them: SageMaker's, with the additions of extensions.ts. */
export const shapes: Shapes = extendShapes(model.shapes);

/** @throws Error when service-model.json does not hold the operation: extract.mjs has to be run again. */
export function operationModel(name: string): OperationModel {
  const operation = model.operations[name];
  if (operation === undefined) {
    throw new Error(`service-model.json has no operation ${name}; run src/model/extract.mjs to add it.`);
  }
  return operation;
}
