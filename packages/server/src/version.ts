import packageJson from '../package.json' with { type: 'json' };

/** Version of this server, as in its package. */
export const VERSION: string = packageJson.version;
