import { attr } from '../../onnx/graph/attributes.js';
import type { Expansion, Expansions } from './expansion.js';

/** The Fourier transform of each frame of a signal, times the window. */
function stft(c: Expansion): void {
  const { b, node } = c;
  const [x, step, window, length] = [c.required(0), c.required(1), c.input(2), c.input(3)];
  const size = length ? b.reshape(length, [1]) : window ? b.dim(window, 0) : b.dim(x, 1);
  const hop = b.cast(b.reshape(step, [1]), 'int64');
  const frame = b.cast(size, 'int64');
  const count = b.add(b.div(b.sub(b.dim(x, 1), frame), hop), 1);
  const places = b.add(b.unsqueeze(b.mul(b.range(count), hop), [1]), b.range(frame));
  // batch × frames × length × (real, or real and imaginary)
  const frames = b.gather(x, places, 1);
  const seen = window ? b.mul(frames, b.unsqueeze(window, [1])) : frames;
  c.emit('DFT', [seen], { axis: 2, onesided: attr.int(node, 'onesided', 1) });
}

export const signal: Expansions = {
  STFT: stft,
};
