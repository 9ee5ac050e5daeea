import type { AttemptPhase } from '@fleetune/domain';
import { AttemptPhase as AttemptPhaseMessage } from './generated/fleetune/agent/v1/agent_pb.js';

const MESSAGE_BY_PHASE: Readonly<Record<AttemptPhase, AttemptPhaseMessage>> = {
  Starting: AttemptPhaseMessage.STARTING,
  Downloading: AttemptPhaseMessage.DOWNLOADING,
  Training: AttemptPhaseMessage.TRAINING,
  Uploading: AttemptPhaseMessage.UPLOADING,
};

const PHASE_BY_MESSAGE = new Map<AttemptPhaseMessage, AttemptPhase>(
  Object.entries(MESSAGE_BY_PHASE).map(([phase, message]) => [message, phase as AttemptPhase]),
);

export function toAttemptPhaseMessage(phase: AttemptPhase): AttemptPhaseMessage {
  return MESSAGE_BY_PHASE[phase];
}

/** Undefined for a phase that this version does not know. */
export function fromAttemptPhaseMessage(message: AttemptPhaseMessage): AttemptPhase | undefined {
  return PHASE_BY_MESSAGE.get(message);
}
