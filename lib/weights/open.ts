import { check } from '../base/arguments.js';
import { OneirosError } from '../base/errors.js';
import { kind } from '../base/kinds.js';
import type { ByteSource } from '../files/source.js';
import { readSafetensors } from './safetensors.js';
import { quoted, type Weights } from './weights.js';

/** An open checkpoint; its tensors can be loaded for as long as its source is open. */
export interface Checkpoint {
  readonly format: 'safetensors' | 'pytorch';
  readonly weights: Weights;
  /** Free text by keyword; PyTorch's files have none. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Opens a safetensors file or a PyTorch checkpoint (zip or legacy), told apart by their first bytes. Only what describes the
 * tensors is read, and nothing in the file is ever run.
 * @throws OneirosError `bad-input` if the file is truncated, damaged or something else; `unsupported` if it holds what is not
 *   read; `too-large` if what describes the tensors is over a limit
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

/** An unpickler is a good deal of code: pages load it with the first checkpoint of PyTorch's. */
const torch = () => import('./torch/index.js');

function formatOf(start: Uint8Array): 'safetensors' | 'zip' | 'legacy' {
  if (start.length < 9)
    throw new OneirosError('bad-input', `the weights file has ${start.length} bytes: it is truncated`);
  const text = String.fromCharCode(...start);
  // A safetensors header's length can look like any other magic, but it never reaches its two highest bytes.
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

/** What people take for weights. */
const others: readonly (readonly [RegExp, string, string])[] = [
  [/^\x89HDF/, 'HDF5 (Keras)', 'save its arrays as safetensors'],
  [/^version https:\/\/git-lfs/, 'a Git LFS pointer', 'fetch the file itself with git lfs pull'],
  [/^\s*<(!doctype|html|\?xml)/i, 'a web page', 'the download went wrong'],
  [
    /^.{257}ustar/s,
    'a PyTorch checkpoint of before 2017 (tar)',
    'load it in Python and save its state_dict() again',
  ],
  [/^[^ -~]\x8b/, 'compressed by gzip', 'unpack it first'],
];
