import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { AuthConfig } from 'dockerode';
import { z } from 'zod';

const DOCKER_HUB = 'docker.io';
/** Under this name `docker login` keeps what it was told for Docker Hub. */
const DOCKER_HUB_KEY = 'https://index.docker.io/v1/';
const HELPER_TIMEOUT_MS = 30_000;

const dockerConfig = z.object({
  auths: z.record(z.string(), z.object({ auth: z.string().optional() })).default({}),
  credHelpers: z.record(z.string(), z.string()).default({}),
  credsStore: z.string().optional(),
});
const helperAnswer = z.object({ Username: z.string(), Secret: z.string() });

/**
 * What `docker login` on this machine knows about an image's registry, credential helpers included; the engine itself may
 * know more. Undefined when that is nothing.
 *
 * @param variables where `DOCKER_CONFIG` names the folder, else `~/.docker`.
 */
export async function registryCredentials(
  image: string,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<AuthConfig | undefined> {
  const file = join(variables.DOCKER_CONFIG ?? join(variables.HOME ?? homedir(), '.docker'), 'config.json');
  const config = await readConfig(file);
  if (config === undefined) return undefined;
  const registry = registryOf(image);
  const keys = registry === DOCKER_HUB ? [DOCKER_HUB_KEY, DOCKER_HUB] : [registry, `https://${registry}`];
  for (const key of keys) {
    const helper = config.credHelpers[key] ?? config.credsStore;
    const found = helper === undefined ? undefined : await askHelper(helper, key, variables);
    if (found !== undefined) return { ...found, serveraddress: key };
    const auth = config.auths[key]?.auth;
    if (auth !== undefined && auth !== '') return { ...decoded(auth), serveraddress: key };
  }
  return undefined;
}

/** The part before the first slash, where it looks like a host; else Docker Hub, as engines read it. */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return isHost ? first : DOCKER_HUB;
}

async function readConfig(file: string) {
  try {
    return dockerConfig.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // None, or one that its owner would hear about from docker: the registry may be open to everybody.
    return undefined;
  }
}

function decoded(auth: string): { readonly username: string; readonly password: string } {
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

function askHelper(
  name: string,
  key: string,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<AuthConfig | undefined> {
  return new Promise((done) => {
    const options = { env: { ...variables }, timeout: HELPER_TIMEOUT_MS };
    const helper = execFile(`docker-credential-${name}`, ['get'], options, (error, stdout) => {
      const answer = error === null ? helperAnswer.safeParse(parsed(stdout)) : undefined;
      done(answer?.success ? asCredentials(answer.data) : undefined);
    });
    helper.stdin?.on('error', () => undefined);
    helper.stdin?.end(key);
  });
}

/** Helpers say by this name that the secret is a token and no password. */
function asCredentials({ Username, Secret }: z.infer<typeof helperAnswer>): AuthConfig {
  return Username === '<token>' ? { identitytoken: Secret } : { username: Username, password: Secret };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
