import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';

import { maxThreads } from '../../../lib/runtime/options.js';

/** The options of every benchmark. */
export interface BenchOptions {
  /** Only the small cases, in few rounds. */
  readonly quick: boolean;
  /** `undefined`: as the case states. */
  readonly rounds?: number;
  /** Threads of every contender. */
  readonly threads: number;
  /** Whether to run other implementations too. */
  readonly peers: boolean;
  /** Only cases whose name contains this. */
  readonly only?: string;
  /** Instead of comparing, report which operators the time goes to. */
  readonly profile: boolean;
  /** A file for all results. */
  readonly json?: string;
  /** Whether to replace the suite's table in scripts/bench/README.md. */
  readonly readme: boolean;
}

/** @param args the command line without the program */
export function parseOptions(name: string, args: readonly string[]): BenchOptions {
  return new Command(`npm run bench ${name} --`)
    .option('--quick', 'only the small cases, in three rounds', false)
    .option('--rounds <n>', 'rounds of each case (default: 7, fewer for slow cases)', wholeNumber(1000))
    .option('--threads <n>', 'threads of every contender', wholeNumber(maxThreads), availableParallelism())
    .option('--no-peers', 'do not run PyTorch and the other peers')
    .option('--only <text>', 'only the cases whose name contains this text')
    .option('--profile', 'report which ONNX Runtime kernels the time goes to, by operator', false)
    .option('--json <file>', 'write all results to this file')
    .option('--readme', 'put the table into scripts/bench/README.md', false)
    .parse(args, { from: 'user' })
    .opts<BenchOptions>();
}

function wholeNumber(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1 || value > most)
      throw new InvalidArgumentError(`It must be a whole number from 1 to ${most}.`);
    return value;
  };
}
