import { Command, InvalidArgumentError } from 'commander';

/** The options of `npm run gpu:verify`. */
export interface VerifyOptions {
  /** A folder with the CUDA libraries, so that nothing is downloaded. */
  readonly libraries?: string;
  /** The GPU that is verified, counted from 0. */
  readonly device: number;
  /** The largest relative difference from the CPU. */
  readonly tolerance: number;
  /** Seconds after which the rest is given up. */
  readonly seconds: number;
}

/** @param args the command line without the program */
export function parseVerifyOptions(args: readonly string[]): VerifyOptions {
  const number = (low: number, high: number, isWhole: boolean) => (text: string) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= low && value <= high) || (isWhole && !Number.isInteger(value)))
      throw new InvalidArgumentError(`It must be a ${isWhole ? 'whole ' : ''}number from ${low} to ${high}.`);
    return value;
  };
  return new Command('npm run gpu:verify --')
    .description('Verifies this library on an NVIDIA GPU, and writes scripts/gpu/report.md.')
    .option(
      '--libraries <folder>',
      "a folder with ONNX Runtime's CUDA libraries, and NVIDIA's if they are not on the library path",
    )
    .option('--device <n>', 'the GPU to verify, counted from 0', number(0, 1023, true), 0)
    .option('--tolerance <x>', 'the largest relative difference from the CPU', number(0, 1, false), 1e-3)
    .option('--seconds <n>', 'give up what is not done after this time', number(1, 3600, false), 450)
    .parse(args, { from: 'user' })
    .opts<VerifyOptions>();
}
