export type * from './nvidia-smi-log.js';
export { NvidiaSmiParseError } from './nvidia-smi-parse-error.js';
export { type ListedGpu, type ListedMigDevice, parseNvidiaSmiList } from './parse-nvidia-smi-list.js';
export { parseNvidiaSmiXml } from './parse-nvidia-smi-xml.js';
