import { combine } from '../../image/color/combine.js';
import { resize } from '../../image/geometry/resize.js';
import { copy, type Image, type Planes, type Size } from '../../image/image.js';
import { free } from '../../runtime/protocol/packing.js';
import { resizedTo } from './state.js';

/**
 * The pictures with which octaves begin, the smallest first. It frees each picture as soon as it is not needed, since
 * large ones decide how much memory a dream takes: in the last octave, it holds none but that octave's own.
 */
export class OctavePlan {
  #full: Image | null;
  #base: Image | null = null;
  /** The difference of the dream from the photograph, which each octave adds again in more detail. */
  #detail: Planes<3> | null = null;
  #next = 0;

  /** @param sizes of the octaves; the last one is that of the result */
  constructor(
    private readonly photograph: Image,
    private readonly sizes: readonly Size[],
  ) {
    this.#full = resizedTo(photograph, sizes.at(-1) ?? photograph);
  }

  /** The photograph with the detail dreamed so far, in memory of its own. */
  begin(): Image {
    const size = this.sizes[this.#next++];
    const full = this.#full;
    if (full === null || size === undefined) throw new RangeError('there are no more octaves');
    const base = resizedTo(full, size);
    const picture = this.#detail === null ? copy(base) : addedTo(base, resize(this.#detail, size));
    this.#discard(this.#detail);
    const isLast = this.#next === this.sizes.length;
    this.#base = isLast ? null : base;
    this.#full = isLast ? null : full;
    if (isLast) this.#discard(full);
    return picture;
  }

  /** @param picture the one that `begin` returned, changed in place; it is freed */
  end(picture: Image): void {
    this.#detail = this.#base && combine(picture, this.#base, -1);
    this.#discard(picture);
    this.#discard(this.#base);
  }

  #discard(picture: Planes | null): void {
    if (picture !== null && picture !== this.photograph && picture !== this.#full) free([picture.data]);
  }
}

/** a + b, in the memory of b. */
function addedTo(a: Image, b: Planes<3>): Image {
  for (let i = 0; i < b.data.length; i++) b.data[i]! += a.data[i]!;
  return b;
}
