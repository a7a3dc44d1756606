import { combine } from '../../image/color/combine.js';
import { resize } from '../../image/geometry/resize.js';
import { copy, type Image, plane, type Planes, planes, type Size } from '../../image/image.js';
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
    const isLast = this.#next === this.sizes.length;
    const base = resizedTo(full, size);
    const picture = isLast && base !== this.photograph ? base : copy(base);
    if (this.#detail !== null) addResized(picture, this.#detail);
    this.#discard(this.#detail);
    this.#base = isLast ? null : base;
    this.#full = isLast ? null : full;
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

/** Adds the detail, resized, one channel at a time. */
function addResized(picture: Image, detail: Planes<3>): void {
  for (let c = 0; c < picture.channels; c++) {
    const to = plane(picture, c);
    const { data } = resize(planes(1, detail, plane(detail, c)), picture);
    for (let i = 0; i < to.length; i++) to[i]! += data[i]!;
    free([data]);
  }
}
