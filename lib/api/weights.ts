// `oneiros/weights`: checkpoints of PyTorch and safetensors, and the files they are read from.

export { fileSource } from '#files/read';
export { download, type DownloadOptions, type DownloadProgress } from '../files/download.js';
export type { FileLocation } from '../files/location.js';
export { bytesSource, type ByteSource } from '../files/source.js';
export { loadWeights, type Checkpoint } from '../weights/open.js';
export { readSafetensors, writeSafetensors, type Safetensors } from '../weights/safetensors.js';
export type { StoredTensor, Weights } from '../weights/weights.js';
