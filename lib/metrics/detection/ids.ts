import { OneirosError } from '../../base/errors.js';

/**
 * What images, categories and annotations are known by: COCO numbers them, Pascal names them. A whole number beyond 2^53,
 * which a number does not hold exactly, is a bigint; no other is.
 */
export type Id = number | bigint | string;

/** Whole numbers in the form of {@link Id}, so that equal ids are equal keys. */
export function wholeId(value: bigint): Id {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** An id as errors show it: text in quotes. */
export function idText(id: Id): string {
  return typeof id === 'string' ? JSON.stringify(id) : String(id);
}

/** The same id in the other form: `7` for `"7"`, `"7"` for `7`; `null` for other text. */
function otherForm(id: Id): Id | null {
  if (typeof id !== 'string') return String(id);
  return /^-?\d{1,40}$/.test(id) ? wholeId(BigInt(id)) : null;
}

/** Things by their ids, in the order of these: numbers ascending, text by its characters. */
export interface IdTable<T> {
  readonly entries: readonly T[];
  /**
   * The place of an id in `entries`; `undefined` if it is not there.
   * @throws OneirosError `bad-input` for `"7"` where the table has `7`, or the reverse
   */
  placeOf(id: Id): number | undefined;
}

/**
 * @param what what the ids are of, for errors: `image`, `category`
 * @throws OneirosError `bad-input` for ids of which some are numbers and some are text
 */
export function idTable<T extends { readonly id: Id }>(things: Iterable<T>, what: string): IdTable<T> {
  const entries = [...things].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const word = entries.find(({ id }) => typeof id === 'string');
  const number = entries.find(({ id }) => typeof id !== 'string');
  if (word && number)
    throw new OneirosError(
      'bad-input',
      `the ids of each ${what} must be all numbers or all text: there are ${idText(number.id)} and ${idText(word.id)}`,
    );
  const places = new Map(entries.map(({ id }, place) => [id, place]));
  return {
    entries,
    placeOf(id) {
      const place = places.get(id);
      if (place !== undefined) return place;
      const other = otherForm(id);
      if (other !== null && places.has(other))
        throw new OneirosError(
          'bad-input',
          `there is no ${what} ${idText(id)}, but there is ${idText(other)}: write ids everywhere as numbers, or everywhere as text`,
        );
      return undefined;
    },
  };
}

/** Counts records that are left out, and remembers some of the ids that they are left out for. */
export class LeftOut {
  #count = 0;
  readonly #ids = new Set<Id>();

  /** @param kind what the ids are of */
  constructor(private readonly kind: string) {}

  get count(): number {
    return this.#count;
  }

  add(id: Id): void {
    this.#count++;
    if (this.#ids.size <= shown) this.#ids.add(id);
  }

  /** A line that says so; none where nothing is left out. @param of how many records there are, and what they are */
  notes(of: string): readonly string[] {
    if (this.#count === 0) return [];
    const ids = [...this.#ids].slice(0, shown).map(idText).join(', ');
    const more = this.#ids.size > shown ? ', …' : '';
    return [`left out ${this.#count} of ${of}: the truth does not list the ${this.kind} ${ids}${more}`];
  }
}

const shown = 5;
