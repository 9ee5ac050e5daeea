import type { Algorithm, TrainingOrder } from '@fleetune/protocol';
import { ClientFault } from '../../attempt-faults.js';
import { scriptMode } from '../../contract/script-mode.js';
import type { ImageCatalogue } from '../../executor-options.js';

export type ImageAlgorithm = Extract<Algorithm['kind'], { case: 'image' }>['value'];

/** The image map wants an image run as it is, and there is nothing to run it with. */
export class NoContainerEngineFault extends ClientFault {
  constructor(image: string) {
    super(
      `The image map of this agent wants ${image} to run in a container, and the agent has no container engine. Name one by its option --container-engine.`,
    );
  }
}

/**
 * The image that an order's program runs in as it is; undefined when it asks for nothing of the kind, or something on
 * this machine stands in for the image.
 *
 * @param hasEngine without one only what the image map wants in a container remains, to be refused.
 */
export function imageToRun(
  order: TrainingOrder,
  images: ImageCatalogue | undefined,
  hasEngine: boolean,
): ImageAlgorithm | undefined {
  const kind = order.algorithm?.kind;
  if (kind?.case !== 'image') return undefined;
  const { image, entrypoint, arguments: args } = kind.value;
  const choice = images?.choice(image);
  if (choice === 'container') return kind.value;
  if (choice === 'environment' || !hasEngine) return undefined;
  const isPlain = entrypoint.length === 0 && args.length === 0 && scriptMode(order) === undefined;
  return isPlain && images?.builtin(image) !== undefined ? undefined : kind.value;
}
