export { registerConsole } from './register-console.js';
