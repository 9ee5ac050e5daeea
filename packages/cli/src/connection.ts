import { type Client, createClient } from '@fleetune/api/client';
import type { Command } from 'commander';
import { dataFolder } from './data-folder.js';
import { endpointFile, readEndpoint } from './endpoint-file.js';
import { CommandError, EXIT } from './exit-code.js';
import type { Terminal } from './terminal.js';

export interface ConnectionOptions {
  readonly url?: string;
  readonly token?: string;
  readonly data?: string;
}

export interface Connection {
  readonly url: string;
  readonly client: Client;
  /** True when the server sees this machine's files. */
  readonly local: boolean;
}

/** Adds what every command needs that talks to a server. */
export function withConnectionOptions(command: Command): Command {
  return command
    .option('--url <url>', 'server to talk to (or FLEETUNE_URL)')
    .option('--token <token>', 'its API token (or FLEETUNE_TOKEN)')
    .option('--data <dir>', 'data folder of a server on this machine (or FLEETUNE_DATA; default ~/.fleetune)')
    .option('--json', 'one JSON document on stdout, everything else on stderr');
}

/**
 * Finds the server: the options, then the environment, then the endpoint file in the data folder.
 *
 * @throws CommandError when there is none, or a URL without a token.
 */
export async function connect(options: ConnectionOptions, terminal: Terminal): Promise<Connection> {
  const { environment } = terminal;
  const url = options.url ?? (options.data === undefined ? environment.FLEETUNE_URL : undefined);
  const token = options.token ?? environment.FLEETUNE_TOKEN;
  if (url !== undefined) {
    checkUrl(url);
    if (token === undefined) {
      throw new CommandError(EXIT.invalid, `Give the token of ${url} with --token or FLEETUNE_TOKEN.`);
    }
    return connection(url, token);
  }
  const folder = dataFolder(options.data, terminal);
  const endpoint = await readEndpoint(folder).catch(() => {
    throw new CommandError(
      EXIT.invalid,
      `${endpointFile(folder)} cannot be read; start the server again to rewrite it.`,
    );
  });
  if (endpoint === undefined) {
    throw new CommandError(
      EXIT.unreachable,
      `No server has run in ${folder}. Start one with "fleetune up", or name one with --url and --token.`,
    );
  }
  return connection(endpoint.url, options.token ?? endpoint.token);
}

function connection(url: string, token: string): Connection {
  return { url, client: createClient({ url, token }), local: isLoopback(new URL(url).hostname) };
}

function checkUrl(url: string): void {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return;
  throw new CommandError(EXIT.invalid, `"${url}" is not a URL such as http://127.0.0.1:7070.`);
}

/** True for the names and addresses that mean this machine. */
export function isLoopback(hostName: string): boolean {
  return hostName === 'localhost' || hostName === '[::1]' || hostName.startsWith('127.');
}
