import { OneirosError } from '../../base/errors.js';

/**
 * The id of an image, a category or an annotation: a number in COCO, a name in Pascal. Only whole numbers beyond 2^53,
 * which a `number` cannot hold exactly, are bigints.
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

/** Entries by id, sorted by id: numbers ascending, text by its characters. */
export interface IdTable<T> {
  readonly entries: readonly T[];
  /**
   * The index of an id in `entries`; `undefined` if it is not listed.
   * @throws OneirosError `bad-input` for `"7"` if the table has `7`, or the reverse
   */
  placeOf(id: Id): number | undefined;
}

/**
 * @param what the kind of entry, for errors: `image`, `category`
 * @throws OneirosError `bad-input` if some ids are numbers and some are text
 */
export function idTable<T extends { readonly id: Id }>(things: Iterable<T>, what: string): IdTable<T> {
  const entries = [...things].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const word = entries.find(({ id }) => typeof id === 'string');
  const number = entries.find(({ id }) => typeof id !== 'string');
  if (word && number)
    throw new OneirosError(
      'bad-input',
      `the ids of a file must be all numbers or all text: ${what} ids include ${idText(number.id)} and ${idText(word.id)}`,
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
          `there is no ${what} ${idText(id)}, but there is ${idText(other)}: write all ids as numbers, or all as text`,
        );
      return undefined;
    },
  };
}

/** Counts records that are left out, and keeps some of the unknown ids. */
export class LeftOut {
  #count = 0;
  readonly #ids = new Set<Id>();

  /** @param kind the kind of entry that the ids refer to */
  constructor(private readonly kind: string) {}

  get count(): number {
    return this.#count;
  }

  add(id: Id): void {
    this.#count++;
    if (this.#ids.size <= shown) this.#ids.add(id);
  }

  /** One line of text, or none if nothing is left out. @param of the number and kind of all records */
  notes(of: string): readonly string[] {
    if (this.#count === 0) return [];
    const ids = [...this.#ids].slice(0, shown).map(idText).join(', ');
    const more = this.#ids.size > shown ? ', …' : '';
    return [`left out ${this.#count} of ${of}: the truth does not list the ${this.kind} ${ids}${more}`];
  }
}

const shown = 5;
