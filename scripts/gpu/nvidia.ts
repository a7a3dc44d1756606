import { execFileSync } from 'node:child_process';

import { messageOf } from '../../lib/base/errors.js';

/** An NVIDIA GPU of this machine. */
export interface Gpu {
  /** The number that `nvidia-smi` gives it. CUDA counts only the visible ones. */
  readonly index: number;
  readonly name: string;
  readonly driver: string;
  readonly megabytes: number;
}

/**
 * The GPUs that CUDA sees, in the order of their `deviceId` (with CUDA_DEVICE_ORDER=PCI_BUS_ID).
 * @param visible CUDA_VISIBLE_DEVICES: numbers of `nvidia-smi`, separated by commas; other forms count as all
 * @param command the driver's tool
 * @throws Error with what to do if there is none
 */
export function listGpus(
  visible = process.env['CUDA_VISIBLE_DEVICES'] ?? '',
  command = 'nvidia-smi',
): readonly Gpu[] {
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
  if (!/^-?\d+(,-?\d+)*$/.test(visible)) return gpus;
  const seen = visible
    .split(',')
    .flatMap((number) => gpus.find(({ index }) => index === Number(number)) ?? []);
  if (seen.length === 0) throw new Error(`CUDA_VISIBLE_DEVICES=${visible} hides all GPUs: ${need}`);
  return seen;
}

/** The memory in use on a GPU by all processes, in MB. @param index its `index` */
export function memoryInUse(index: number): number {
  const [row = []] = query('nvidia-smi', 'memory.used', ['--id', String(index)]);
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
