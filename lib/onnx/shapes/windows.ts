import { add, anySize, ceilDiv, floorDiv, min, mul, sub } from '../facts/dim.js';
import { contradiction, type Facts } from '../facts/facts.js';
import { attr } from '../graph/attributes.js';
import type { Dim, Node, Shape } from '../graph/graph.js';

/** The attributes that convolution and pooling share, one number per spatial axis. */
export interface Windows {
  readonly kernel: Shape;
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding before and after each axis; zeros with `auto_pad`. */
  readonly pads: readonly (readonly [number, number])[];
  /** Whether `auto_pad` asks for the output size ⌈size / stride⌉ (SAME_UPPER, SAME_LOWER). */
  readonly same: boolean;
}

/** Reads them and checks their ranges; `checkRequirements` has already checked how many there are. */
export function windowsOf(node: Node, inputs: readonly Facts[], rank: number, kernel: Shape): Windows {
  const list = (name: string, length: number, otherwise: number, least: number) => {
    const numbers = attr.ints(node, name, Array<number>(length).fill(otherwise));
    if (numbers.some((number) => number < least))
      throw contradiction(node, inputs, `${name} must be ≥ ${least}, not [${numbers.join(', ')}]`);
    return numbers;
  };
  if (kernel.length !== rank || kernel.some((size) => typeof size === 'number' && size < 1))
    throw contradiction(node, inputs, `a kernel of [${kernel.join(', ')}] does not fit ${rank} spatial axes`);
  const autoPad = attr.string(node, 'auto_pad', 'NOTSET');
  const pads = autoPad === 'NOTSET' ? list('pads', 2 * rank, 0, -Infinity) : Array<number>(2 * rank).fill(0);
  return {
    kernel,
    strides: list('strides', rank, 1, 1),
    dilations: list('dilations', rank, 1, 1),
    pads: kernel.map((_, i) => [pads[i]!, pads[i + rank]!]),
    same: autoPad.startsWith('SAME'),
  };
}

/**
 * How many windows there are along each spatial axis. With `isCeiled` the last may extend past the end, but it must
 * begin inside the input or the padding before it (as in ONNX Runtime and PyTorch).
 */
export function countWindows(
  node: Node,
  inputs: readonly Facts[],
  sizes: Shape,
  windows: Windows,
  isCeiled = false,
): Shape {
  return sizes.map((size, i) => {
    const stride = windows.strides[i]!;
    if (windows.same) return ceilDiv(size, stride);
    const [before, behind] = windows.pads[i]!;
    const room = sub(add(size, before + behind), extent(windows, i));
    if (typeof room === 'number' && room < 0)
      throw contradiction(
        node,
        inputs,
        `a kernel of ${extent(windows, i)} does not fit into ${size} with pads ${before} and ${behind}`,
      );
    if (!isCeiled) return add(floorDiv(room, stride), 1);
    // ⌈room/s⌉ + 1 windows, but only those that begin before size + before count.
    const [fitting, begun] = [add(room, stride), add(size, before)];
    const least = sub(begun, fitting);
    if (typeof least === 'number') return ceilDiv(least >= 0 ? fitting : begun, stride);
    return min(ceilDiv(fitting, stride), ceilDiv(begun, stride));
  });
}

/** The length that a dilated kernel covers. */
export function extent({ kernel, dilations }: Windows, axis: number): Dim {
  const size = kernel[axis] ?? anySize;
  return add(mul(sub(size, 1), dilations[axis]!), 1);
}
