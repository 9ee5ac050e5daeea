import { cloudWatch } from './cloudwatch/service.js';
import { ecr } from './ecr/service.js';
import { iam } from './iam/service.js';
import { logs } from './logs/service.js';
import type { Neighbour } from './neighbour.js';
import { sts } from './sts/service.js';

/** Every service that Fleetune answers beside SageMaker. */
export const neighbours: readonly Neighbour[] = [cloudWatch, ecr, iam, logs, sts];
