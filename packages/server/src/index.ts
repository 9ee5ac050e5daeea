export { InvalidConfigError, type ServerConfig, type ServerOptions, s3Settings, serverConfig } from './config.js';
export { PortTakenError } from './http/http-server.js';
export { type RunningServer, startServer } from './server.js';
