import type { Value } from '../builder/graph-builder.js';
import type { Site } from './site.js';

/** What a lowered model runs on: an execution provider of ONNX Runtime. */
export type Target = 'cpu' | 'wasm' | 'cuda' | 'webgpu' | 'coreml' | 'dml';

/** A cheaper way to compute an operation. */
export interface Form {
  /** The operators at which it applies. */
  readonly operators: readonly string[];
  /** Where it is faster; nothing else uses it. */
  readonly targets: readonly Target[];
  /** Adds the cheaper nodes and returns the results of the node; `null` if the form does not hold here. */
  readonly lower: (site: Site) => readonly Value[] | null;
}
