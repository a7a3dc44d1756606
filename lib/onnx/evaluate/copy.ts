import { type NumericTensor, zeros } from '../../tensor/tensor.js';

/** A tensor whose elements are elements of another, at a distance of `steps` along each axis. */
export interface Copy {
  readonly from: NumericTensor;
  readonly dims: readonly number[];
  readonly steps: readonly number[];
  readonly start?: number;
}

/** The tensor of a copy. */
export function copied({ from, dims, steps, start = 0 }: Copy): NumericTensor {
  const made = zeros(from.dtype, dims);
  const [to, source] = [wordsOf(made), wordsOf(from)];
  const perElement = to.length / made.data.length;
  // An element of two words is one more axis.
  const axes = dims.map((size, i) => ({ size, step: steps[i]! * perElement }));
  if (made.data.length > 0)
    copyWords(source, to, merged([...axes, { size: perElement, step: 1 }]), start * perElement);
  return made;
}

type Words = Uint8Array | Uint16Array | Uint32Array;

/** The memory of a tensor as whole numbers, whose copies keep every bit. */
function wordsOf({ data }: NumericTensor): Words {
  const { buffer, byteOffset, byteLength } = data;
  switch (data.BYTES_PER_ELEMENT) {
    case 1:
      return new Uint8Array(buffer, byteOffset, byteLength);
    case 2:
      return new Uint16Array(buffer, byteOffset, byteLength / 2);
    default:
      return new Uint32Array(buffer, byteOffset, byteLength / 4);
  }
}

interface Axis {
  readonly size: number;
  readonly step: number;
}

/** The same walk along fewer axes: those of one element are left out, and those that continue each other are one. */
function merged(axes: readonly Axis[]): readonly Axis[] {
  const result: Axis[] = [];
  for (const axis of axes) {
    const before = result.at(-1);
    if (axis.size === 1) continue;
    if (before !== undefined && before.step === axis.size * axis.step)
      result.splice(-1, 1, { size: before.size * axis.size, step: axis.step });
    else result.push(axis);
  }
  return result;
}

/** Fills `to` in order, with the last axis the fastest. */
function copyWords(from: Words, to: Words, axes: readonly Axis[], start: number): void {
  const outer = axes.slice(0, -1);
  const { size, step } = axes.at(-1) ?? { size: 1, step: 1 };
  const place = outer.map(() => 0);
  let at = start;
  for (let i = 0; i < to.length; i += size) {
    for (let k = 0, source = at; k < size; k++, source += step) to[i + k] = from[source]!;
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      const { size: places, step: apart } = outer[axis]!;
      at += apart;
      if (++place[axis]! < places) break;
      at -= places * apart;
      place[axis] = 0;
    }
  }
}
