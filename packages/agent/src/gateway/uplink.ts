import type { ConnectRequest } from '@fleetune/protocol';

/** The way up to the server. What is sent while there is no connection is dropped: its sender repeats it afterwards. */
export interface Uplink {
  /** False when there is no connection and the message was dropped. */
  send(message: ConnectRequest): boolean;
}
