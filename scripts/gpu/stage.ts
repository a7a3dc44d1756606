/** What the process that starts a stage tells it. */
export interface StageSettings {
  /** The GPU to verify, by its `deviceId`. */
  readonly device: number;
  /** The numbers that `nvidia-smi` gives the GPUs, by their `deviceId`. */
  readonly indices: readonly number[];
  /** The largest relative difference from the CPU. */
  readonly tolerance: number;
}

/** The settings of this process, a stage. */
export function stageSettings(): StageSettings {
  const [device = 0, tolerance = 0, ...indices] = process.argv.slice(2).map(Number);
  return { device, tolerance, indices };
}

/** The command-line arguments of a stage. */
export function stageArguments({ device, tolerance, indices }: StageSettings): readonly string[] {
  return [device, tolerance, ...indices].map(String);
}
