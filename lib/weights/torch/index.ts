export { readTorchLegacy } from './legacy.js';
export { readTorchZip } from './zip.js';
