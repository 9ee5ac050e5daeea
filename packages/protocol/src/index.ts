export * from './generated/fleetune/agent/v1/agent_pb.js';
