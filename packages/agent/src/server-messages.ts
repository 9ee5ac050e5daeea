import { type ConnectResponse, fromAttemptKeyMessage, parseStopReason } from '@fleetune/protocol';
import type { Logger } from 'pino';
import type { AttemptBoard } from './attempts/attempt-board.js';
import type { ClaimDesk } from './intake/claim-desk.js';
import type { KeptSlots } from './intake/kept-slots.js';
import type { StrayGrants } from './intake/stray-grants.js';
import type { WorkIntake } from './intake/work-intake.js';
import type { LeaseKeeper } from './leases/lease-keeper.js';
import type { LogShipper } from './logs/log-shipper.js';
import type { SpotNotice } from './spot/spot-notices.js';

export interface MessageReceivers {
  readonly claims: ClaimDesk;
  readonly strayGrants: StrayGrants;
  readonly leases: LeaseKeeper;
  readonly board: AttemptBoard;
  readonly logs: LogShipper;
  readonly intake: WorkIntake;
  readonly keptSlots: KeptSlots;
  /** The server wants the agent to take no work, or to take work again. */
  readonly onCordon: (isCordoned: boolean) => void;
  /** The server wants to see what happens when this machine is taken away. */
  readonly onInterrupt: (notice: SpotNotice) => void;
  readonly log: Logger;
}

/** Hands one message from the server to the part of the agent it is for. */
export function receive(message: ConnectResponse['message'], to: MessageReceivers): void {
  switch (message.case) {
    case 'claimReply': {
      const key = fromAttemptKeyMessage(message.value.key);
      const { decision } = message.value;
      if (decision.case === 'granted') {
        const inTime = to.claims.answer(key, { kind: 'granted', order: decision.value });
        if (!inTime) to.strayGrants.giveBack(key);
      } else {
        to.claims.answer(key, { kind: 'refused', reason: decision.value ?? '' });
      }
      return;
    }
    case 'leaseRenewed': {
      const sentAtMs = Number(message.value.sentAtMonotonicMs);
      to.leases.renewed(message.value.renewed.map(fromAttemptKeyMessage), sentAtMs);
      for (const lost of message.value.lost) to.board.leaseLost(fromAttemptKeyMessage(lost));
      to.board.renewalAnswered(sentAtMs);
      return;
    }
    case 'stopAttempt':
      to.board.stop(fromAttemptKeyMessage(message.value.key), parseStopReason(message.value.stopReason));
      return;
    case 'logAcknowledged':
      to.logs.acknowledged(fromAttemptKeyMessage(message.value.key), Number(message.value.nextOffset));
      return;
    case 'reportAcknowledged':
      to.board.reportAcknowledged(fromAttemptKeyMessage(message.value.key), message.value.accepted);
      to.keptSlots.settle(fromAttemptKeyMessage(message.value.key));
      return;
    case 'keptSlots':
      to.keptSlots.named(message.value.slots.map(fromAttemptKeyMessage));
      return;
    case 'slotOffer': {
      const { key, instanceClass, keptSlot } = message.value;
      to.intake.offered(fromAttemptKeyMessage(key), instanceClass, fromAttemptKeyMessage(keptSlot));
      return;
    }
    case 'drain':
      to.onCordon(true);
      return;
    case 'resume':
      to.onCordon(false);
      return;
    case 'interrupt':
      to.onInterrupt(message.value);
      return;
    case 'demand':
      to.intake.setDemand(message.value.instanceClasses);
      return;
    default:
      to.log.debug({ message: message.case }, 'the server sent a message that this version does not know');
  }
}
