/**
 * Where the agent's container engine is: the option, FLEETUNE_CONTAINER_ENGINE, or DOCKER_HOST where that is a socket of this
 * machine. It may be meant for other programs, and lead to another machine, where containers cannot have an agent's folders.
 */
export function containerEngineAddress(
  option: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const dockerHost = environment.DOCKER_HOST?.startsWith('unix://') ? environment.DOCKER_HOST : undefined;
  return option || environment.FLEETUNE_CONTAINER_ENGINE || dockerHost;
}
