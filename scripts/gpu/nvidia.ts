import { execFileSync } from 'node:child_process';

import { messageOf } from '../../lib/base/errors.js';

/** An NVIDIA GPU of this machine. */
export interface Gpu {
  readonly index: number;
  readonly name: string;
  readonly driver: string;
  readonly megabytes: number;
}

/**
 * The GPUs that the driver lists.
 * @param command the driver's tool
 * @throws Error with what to do if there is none
 */
export function listGpus(command = 'nvidia-smi'): readonly Gpu[] {
  const need = 'gpu:verify needs a machine with an NVIDIA GPU and its driver';
  let gpus: readonly Gpu[];
  try {
    gpus = query(command, 'index,name,driver_version,memory.total').map(
      ([index = '', name = '', driver = '', megabytes = '']) => ({
        index: Number(index),
        name,
        driver,
        megabytes: Number(megabytes),
      }),
    );
  } catch (error) {
    const reason = isMissing(error) ? 'is not installed' : `failed: ${firstLine(messageOf(error))}`;
    // eslint-disable-next-line preserve-caught-error -- the message already has its text
    throw new Error(`there is no NVIDIA GPU here (${command} ${reason}): ${need}`);
  }
  if (gpus.length === 0) throw new Error(`the NVIDIA driver lists no GPU: ${need}`);
  return gpus;
}

/** The memory in use on a GPU by all processes, in MB. */
export function memoryInUse(device: number): number {
  const [row = []] = query('nvidia-smi', 'memory.used', ['--id', String(device)]);
  return Number(row[0]);
}

function query(
  command: string,
  fields: string,
  more: readonly string[] = [],
): readonly (readonly string[])[] {
  const args = [`--query-gpu=${fields}`, '--format=csv,noheader,nounits', ...more];
  const output = execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  return output
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.split(',').map((cell) => cell.trim()));
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
