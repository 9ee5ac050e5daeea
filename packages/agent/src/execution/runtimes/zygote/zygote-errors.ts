/** A module cannot be imported in a zygote; one without it may work. */
export class UnsafeModuleError extends Error {
  override readonly name = 'UnsafeModuleError';
  readonly module: string;

  constructor(module: string, reason: string) {
    super(`The zygote left out "${module}": ${reason}`);
    this.module = module;
  }
}

/** A zygote gave no program: the attempt starts cold. */
export class ForkRefusedError extends Error {
  override readonly name = 'ForkRefusedError';
}

/** A zygote gave no sign in time, or ended. It has been killed, and whoever asks for its kind again starts cold. */
export class ZygoteBrokenError extends Error {
  override readonly name = 'ZygoteBrokenError';
}

/** The settings ask for zygotes where programs have no walls. */
export class ZygoteUnavailableError extends Error {
  override readonly name = 'ZygoteUnavailableError';

  constructor() {
    super(
      'Zygotes are "on", but this agent has no sandbox, and nothing would keep the jobs of a zygote apart. Install bubblewrap or allow user namespaces, or set zygotes to "auto" or "off".',
    );
  }
}
