import type { OptionKinds } from '../base/check-arguments.js';
import { arrayOf, kind, oneOf } from '../base/kinds.js';
import { formNames } from '../onnx/lowering/form-names.js';
import type { Placement, ProviderName, RunOptions, SessionOptions } from './types.js';

export const placementKinds: OptionKinds<Placement> = {
  provider: oneOf('auto', 'cpu', 'cuda', 'webgpu', 'wasm', 'coreml', 'dml'),
  deviceId: kind.number,
  isolation: oneOf('thread', 'process', 'none'),
  threads: kind.number,
  assets: kind.text,
};

export const sessionKinds: OptionKinds<SessionOptions> = {
  ...placementKinds,
  transfer: kind.flag,
  lowering: arrayOf(oneOf(...formNames)),
  finiteFeeds: kind.flag,
  signal: kind.signal,
};

export const runKinds: OptionKinds<RunOptions> = {
  fetches: kind.texts,
  transfer: kind.flag,
  signal: kind.signal,
};

/** The providers that compute on a GPU that `deviceId` chooses. */
export const deviceProviders: readonly ProviderName[] = ['cuda', 'dml'];

/** ONNX Runtime starts any number of threads that it is given, and starting thousands takes too long. */
export const maxThreads = 256;
