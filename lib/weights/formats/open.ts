import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import type { ByteSource } from '../../files/source.js';
import { quoted, type Weights } from '../weights.js';
import { readSafetensors } from './safetensors.js';

/** An open checkpoint; its tensors can be loaded while its source is open. */
export interface Checkpoint {
  readonly format: 'safetensors' | 'pytorch';
  readonly weights: Weights;
  /** Free text by keyword; empty for PyTorch files. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Opens a safetensors file or a PyTorch checkpoint (zip or legacy); the first bytes determine the format. Reads only
 * the description of the tensors, and never runs code from the file.
 * @throws OneirosError `bad-input` if the file is truncated, damaged or has another format; `unsupported` if it
 *   contains something that is not supported; `too-large` if the description of the tensors exceeds a limit
 */
export async function loadWeights(source: ByteSource): Promise<Checkpoint> {
  check('loadWeights', { source: [source, kind.source] });
  const start = await source.read(0, Math.min(source.size, 512));
  const format = formatOf(start);
  switch (format) {
    case 'safetensors':
      return { format, ...(await readSafetensors(source)) };
    case 'zip':
      return { format: 'pytorch', weights: await (await torch()).readTorchZip(source), metadata: {} };
    case 'legacy':
      return { format: 'pytorch', weights: await (await torch()).readTorchLegacy(source), metadata: {} };
  }
}

/** The unpickler is large, so pages load it with the first PyTorch checkpoint. */
const torch = () => import('../torch/index.js');

function formatOf(start: Uint8Array): 'safetensors' | 'zip' | 'legacy' {
  if (start.length < 9)
    throw new OneirosError('bad-input', `the weights file has ${start.length} bytes: it is truncated`);
  const text = String.fromCharCode(...start);
  // A safetensors file begins with the header's length, which may equal another format's magic number; but the two
  // highest bytes of the length are always 0.
  if (text.slice(6, 9) === '\0\0{') return 'safetensors';
  if (text.startsWith('PK')) return 'zip';
  if (text.startsWith('\x80')) return 'legacy';
  const [, other, advice] = others.find(([pattern]) => pattern.test(text)) ?? [];
  if (other !== undefined)
    throw new OneirosError('unsupported', `the weights file is ${other}: ${advice ?? ''}`);
  throw new OneirosError(
    'bad-input',
    `the weights file is neither safetensors nor a PyTorch checkpoint: it begins with ${quoted(text.slice(0, 12))}`,
  );
}

/** Formats that are often mistaken for weights. */
const others: readonly (readonly [RegExp, string, string])[] = [
  [/^\x89HDF/, 'HDF5 (Keras)', 'save its arrays as safetensors'],
  [/^version https:\/\/git-lfs/, 'a Git LFS pointer', 'fetch the file itself with git lfs pull'],
  [/^\s*<(!doctype|html|\?xml)/i, 'a web page', 'download it again and check the address'],
  [
    /^.{257}ustar/s,
    'a PyTorch checkpoint from before 2017 (tar)',
    'load it in Python and save its state_dict() again',
  ],
  [/^[^ -~]\x8b/, 'compressed by gzip', 'unpack it first'],
];
