import type { Shape, Shapes } from './shape.js';

/** Where Fleetune accepts more than SageMaker does. Everything that SageMaker accepts stays accepted. */
const EXTENSIONS: Readonly<Record<string, Shape>> = {
  /** Instance classes are the fleet's own, such as `gpu-small`; those of SageMaker are names like any other. */
  TrainingInstanceType: { type: 'string', min: 1, max: 128, pattern: '[a-zA-Z0-9][a-zA-Z0-9._\\-]*' },
  /** Data may lie on the machines themselves. */
  S3Uri: { type: 'string', min: 0, max: 1024, pattern: '(https|s3)://([^/]+)/?(.*)|file:///.*' },
};

export function extendShapes(shapes: Shapes): Shapes {
  return { ...shapes, ...EXTENSIONS };
}
