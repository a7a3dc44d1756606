import { OneirosError, messageOf } from '../errors.js';
import { corrupt, type Format } from './bytes.js';

/**
 * Checks, without keeping it, that a zlib stream inflates to at least `least` and at most `most` bytes: a decoder that
 * has no limit of its own can then be trusted with it.
 * @throws OneirosError `bad-input` if it does not, or is no zlib stream
 */
export async function inflatesTo(
  compressed: Uint8Array<ArrayBuffer>,
  format: Format,
  least: number,
  most: number,
): Promise<void> {
  let length = 0;
  try {
    const stream = new Blob([compressed]).stream().pipeThrough(new DecompressionStream('deflate'));
    const reader = stream.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      length += part.value.length;
      if (length <= most) continue;
      await reader.cancel();
      throw corrupt(format, `its compressed data holds more than the ${most} bytes its size calls for`);
    }
  } catch (error) {
    throw error instanceof OneirosError ? error : corrupt(format, messageOf(error), error);
  }
  if (length < least)
    throw corrupt(format, `its compressed data holds ${length} bytes where its size calls for ${least}`);
}
