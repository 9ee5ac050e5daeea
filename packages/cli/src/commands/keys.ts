import { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { type ConnectionOptions, connect, withConnectionOptions } from '../connection.js';
import { EXIT_CODES_HELP } from '../exit-code.js';
import { formatAge } from '../render/numbers.js';
import { renderTable } from '../render/table.js';

type KeyOptions = ConnectionOptions & { readonly json?: boolean };

export function keysCommand(context: CommandContext): Command {
  const command = new Command('keys')
    .summary('give tenants keys of their own, and take them back')
    .description(
      "Manages access keys. A key opens SageMaker's API and S3 by its secret, and Fleetune's own API by its token, for the jobs and buckets of one tenant. Needs the token of the server itself.",
    )
    .addHelpText('after', KEYS_HELP);
  // Options that every one of them takes are explained by the command itself as well.
  withConnectionOptions(command);
  const add = (name: string, description: string) =>
    withConnectionOptions(command.command(name).description(description)).addHelpText('after', KEYS_HELP);

  add('create', 'Makes a key. Its secrets are shown this once and never again.')
    .requiredOption('--tenant <name>', 'whose key it is: 1 to 32 lower-case letters, digits and hyphens')
    .action((_options, self: Command) => createKey(self.optsWithGlobals(), context));
  add('ls', 'Lists the keys, oldest first.').action((_options, self: Command) =>
    listKeys(self.optsWithGlobals(), context),
  );
  add('disable', 'Shuts a key out; "enable" lets it in again.')
    .argument('<key>', 'its access key id')
    .action((id: string, _options, self: Command) => enableKey(id, false, self.optsWithGlobals(), context));
  add('enable', 'Lets a disabled key in again.')
    .argument('<key>', 'its access key id')
    .action((id: string, _options, self: Command) => enableKey(id, true, self.optsWithGlobals(), context));
  add('rm', 'Removes a key for good. Jobs and buckets of its tenant stay.')
    .argument('<key>', 'its access key id')
    .action((id: string, _options, self: Command) => removeKey(id, self.optsWithGlobals(), context));
  return command;
}

async function createKey(options: KeyOptions & { tenant: string }, context: CommandContext): Promise<void> {
  const { client, url } = await connect(options, context.terminal);
  const key = await client.createAccessKey({ tenant: options.tenant });
  if (options.json) return context.json({ url, ...key });
  context.print(`export AWS_ENDPOINT_URL=${url}`);
  context.print(`export AWS_ACCESS_KEY_ID=${key.accessKeyId} AWS_SECRET_ACCESS_KEY=${key.secretAccessKey}`);
  context.print(`export FLEETUNE_URL=${url} FLEETUNE_TOKEN=${key.token}`);
  context.note(`For the tenant ${key.tenant}. These secrets are not shown again.`);
}

async function listKeys(options: KeyOptions, context: CommandContext): Promise<void> {
  const { client } = await connect(options, context.terminal);
  const accessKeys = await client.listAccessKeys();
  if (options.json) return context.json({ accessKeys });
  if (accessKeys.length === 0) return context.note('No keys but the server’s own. Make one: fleetune keys create');
  const rows = accessKeys.map((key) => [
    key.accessKeyId,
    key.tenant,
    key.enabled ? 'enabled' : 'disabled',
    formatAge(key.creationTimeMs, Date.now()),
  ]);
  const columns = ['access key', 'tenant', 'state', 'created'].map((title) => ({ title }));
  context.print(renderTable(columns, rows, context.terminal));
}

async function enableKey(id: string, enabled: boolean, options: KeyOptions, context: CommandContext): Promise<void> {
  const { client } = await connect(options, context.terminal);
  await client.enableAccessKey(id, enabled);
  if (options.json) return context.json({ accessKeyId: id, enabled });
  context.print(`${id}  ${enabled ? 'enabled' : 'disabled'}`);
}

async function removeKey(id: string, options: KeyOptions, context: CommandContext): Promise<void> {
  const { client } = await connect(options, context.terminal);
  await client.deleteAccessKey(id);
  if (options.json) return context.json({ accessKeyId: id, removed: true });
  context.print(`${id}  removed`);
}

const KEYS_HELP = `
Examples:
  $ fleetune keys create --tenant team-a
  $ fleetune keys ls --json
  $ fleetune keys disable FLEETUNE0123456789AB
  $ fleetune keys rm FLEETUNE0123456789AB
${EXIT_CODES_HELP}`;
