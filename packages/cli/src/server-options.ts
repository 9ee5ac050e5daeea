import type { ServerOptions } from '@fleetune/server';
import type { Command } from 'commander';
import { dataFolder } from './data-folder.js';
import { wholeNumber } from './option-values.js';
import type { Terminal } from './terminal.js';

export interface ServerCommandOptions {
  readonly data?: string;
  readonly host?: string;
  readonly port?: number;
  readonly grpcPort?: number;
  readonly redisUrl?: string;
  readonly databaseUrl?: string;
  readonly logLevel?: string;
  readonly json?: boolean;
}

/** Adds the options of every command that starts a server. */
export function withServerOptions(command: Command, defaultLogLevel: string): Command {
  return command
    .option('--data <dir>', 'data folder (or FLEETUNE_DATA; default ~/.fleetune)')
    .option('--host <address>', 'address to listen on; loopback unless told otherwise')
    .option('--port <n>', 'port of the HTTP APIs; 0 takes a free one (default 4600)', wholeNumber(0, 65_535))
    .option('--grpc-port <n>', "port of the agents' gateway; 0 takes a free one (default 4601)", wholeNumber(0, 65_535))
    .option('--redis-url <url>', 'put the queues on this Redis (or FLEETUNE_REDIS_URL)')
    .option('--database-url <url>', 'use this PostgreSQL instead of a private one (or FLEETUNE_DATABASE_URL)')
    .option('--log-level <level>', 'debug, info, warn, error or silent', defaultLogLevel)
    .option('--json', 'one JSON document on stdout once everything is up');
}

/** What the server is to be given; undefined stands for its own environment and defaults. */
export function serverOptions(options: ServerCommandOptions, terminal: Terminal): ServerOptions {
  return {
    dataDirectory: dataFolder(options.data, terminal),
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(options.port === undefined ? {} : { httpPort: options.port }),
    ...(options.grpcPort === undefined ? {} : { grpcPort: options.grpcPort }),
    ...(options.redisUrl === undefined ? {} : { redisUrl: options.redisUrl }),
    ...(options.databaseUrl === undefined ? {} : { databaseUrl: options.databaseUrl }),
    logLevel: logLevel(options.logLevel),
  };
}

function logLevel(given: string | undefined): NonNullable<ServerOptions['logLevel']> {
  const known = ['debug', 'info', 'warn', 'error', 'silent'] as const;
  return known.find((level) => level === given) ?? 'info';
}
