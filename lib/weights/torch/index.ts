export { readTorchLegacy } from './legacy-checkpoint.js';
export { readTorchZip } from './zip-checkpoint.js';
