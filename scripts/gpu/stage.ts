/** What the process that starts a stage tells it. */
export interface StageSettings {
  /** The GPU to verify. */
  readonly device: number;
  /** The number of GPUs. */
  readonly devices: number;
  readonly tolerance: number;
}

/** The settings of this process, a stage. */
export function stageSettings(): StageSettings {
  const [device = 0, devices = 1, tolerance = 1e-3] = process.argv.slice(2).map(Number);
  return { device, devices, tolerance };
}

/** The command-line arguments of a stage. */
export function stageArguments({ device, devices, tolerance }: StageSettings): readonly string[] {
  return [device, devices, tolerance].map(String);
}
