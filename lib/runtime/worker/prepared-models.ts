import type { MemoryPlan } from '../../onnx/memory-plan.js';

/** A model that is ready to be opened. */
export interface PreparedModel {
  /** An ONNX file. */
  readonly bytes: Uint8Array;
  /** `null` if it was not asked for. */
  readonly plan: MemoryPlan | null;
}

/** Keeps models that took long to prepare, from one run of a program to the next. */
export interface PreparedModels {
  /**
   * The prepared form of a model: stored earlier, or made by `prepare` now.
   * @param settings everything beside the model that the result depends on, as JSON can write it
   */
  remember(
    model: Uint8Array,
    settings: unknown,
    prepare: () => Promise<PreparedModel>,
  ): Promise<PreparedModel>;
}
