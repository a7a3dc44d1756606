// `oneiros/weights`: reads PyTorch and safetensors checkpoints, from files, addresses and bytes.

export { fileSource } from '#files/read';
export { download, type DownloadOptions, type DownloadProgress } from '../files/download.js';
export type { FileLocation } from '../files/location.js';
export { bytesSource, type ByteSource } from '../files/source.js';
export { loadWeights, type Checkpoint } from '../weights/formats/open.js';
export { readSafetensors, writeSafetensors, type Safetensors } from '../weights/formats/safetensors.js';
export type { StoredTensor, Weights } from '../weights/weights.js';
