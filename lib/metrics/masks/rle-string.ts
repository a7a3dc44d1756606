import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import type { Size } from '../../image/image.js';
import { type Rle, rle } from './rle.js';

// COCO's compressed runs: from the fourth run on, each is stored as the difference from the run two before it. A number
// is little-endian groups of five bits, sign-extended. Each group is one character, counted from '0'; its sixth bit is
// set if more groups follow.
const first = 48;
const more = 0x20;
const sign = 0x10;
/** Seven groups can hold the difference of any two 32-bit runs. */
const longest = 32 ** 7;

/** A mask as the compressed string of COCO files. */
export function rleToString(mask: Rle): string {
  check('rleToString', { mask: [mask, kind.counts] });
  const { counts } = mask;
  let text = '';
  counts.forEach((run, i) => {
    let rest = i > 2 ? run - counts[i - 2]! : run;
    for (let done = false; !done;) {
      const group = rest & 0x1f;
      rest >>= 5;
      done = rest === (group & sign ? -1 : 0);
      text += String.fromCharCode(first + (done ? group : group | more));
    }
  });
  return text;
}

/**
 * A mask from COCO's string.
 * @throws OneirosError `bad-input` for other characters, an unfinished number, or runs that do not fill the mask
 */
export function rleFromString(size: Size, text: string): Rle {
  check('rleFromString', { size: [size, kind.size], text: [text, kind.text] });
  const runs: number[] = [];
  let value = 0;
  let unit = 1; // 32 to the power of the groups so far
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i) - first;
    if (!(code >= 0 && code < 64) || unit === longest)
      throw new OneirosError(
        'bad-input',
        `character ${i} (${JSON.stringify(text[i])}) of a compressed mask is not COCO's run-length code`,
      );
    value += (code & 0x1f) * unit;
    unit *= 32;
    if (code & more) continue;
    if (code & sign) value -= unit;
    runs.push(runs.length > 2 ? value + runs[runs.length - 2]! : value);
    value = 0;
    unit = 1;
  }
  if (unit > 1) throw new OneirosError('bad-input', 'a compressed mask ends in the middle of a number');
  return rle(size, runs);
}
