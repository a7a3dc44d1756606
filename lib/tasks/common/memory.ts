import { OneirosError } from '../../base/errors.js';
import { own } from '../../base/own.js';
import type { Size } from '../../image/image.js';
import type { Network } from '../../networks/network.js';
import { type MemoryPlan, peakOf } from '../../onnx/memory-plan.js';

/** Sizes by symbol: `{ height: 384, width: 512 }`. */
export type SymbolSizes = Readonly<Record<string, number>>;

/**
 * ONNX Runtime's arena takes more than the peak: it grows in powers of two and leaves gaps. Measured on gradients of
 * VGG-19 and GoogLeNet, it took 1.1 to 2.0 times the peak.
 */
const arenaFactor = 2;

/** Estimates how many bytes a session takes for its runs at the given sizes. */
export function sessionBytes(plan: MemoryPlan, sizes: SymbolSizes): number {
  return arenaFactor * peakOf(plan, (symbol) => own(sizes, symbol));
}

/** The sizes of the symbols of a network's image input, for a picture. */
export function imageSizes(
  { model, image }: Pick<Network, 'model' | 'image'>,
  { width, height }: Size,
): SymbolSizes {
  const shape = model.graph.inputs.find(({ name }) => name === image)?.type?.shape ?? [];
  const [rows, columns] = shape.slice(-2);
  return {
    ...(typeof rows === 'string' && { [rows]: height }),
    ...(typeof columns === 'string' && { [columns]: width }),
  };
}

/** The size in bytes of float32 RGB pictures. */
export function pictureBytes({ width, height }: Size, pictures: number): number {
  return 12 * width * height * pictures;
}

/**
 * Refuses work that needs more memory than the limit.
 * @param needed bytes
 * @param limit bytes; Infinity allows everything
 * @param remedy what the caller can do, to end the sentence
 * @throws OneirosError `too-large` if `needed` is over `limit`
 */
export function requireMemory(needed: number, limit: number, { width, height }: Size, remedy: string): void {
  if (needed > limit)
    throw new OneirosError(
      'too-large',
      `${width}×${height} pixels would take about ${gigabytes(needed)}, more than the ${gigabytes(limit)} available; ${remedy}`,
    );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e10 ? 1 : 0)} GB`;
}
