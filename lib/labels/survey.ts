import { check } from '../base/check-arguments.js';
import { OneirosError } from '../base/errors.js';
import { kind } from '../base/kinds.js';
import { formatClasses } from './class-text.js';
import { colorText, type LabelValue, type MaskClass } from './classes.js';
import type { LabelData, LabelPicture } from './label-picture.js';

/** A value in a set of masks. */
export interface FoundValue {
  /** The number of pixels that have it. */
  readonly pixels: number;
  /** The first mask that has it. */
  readonly in: string;
}

/** The common properties of a set of masks, such as all masks of a folder. */
export interface LabelSurvey {
  /** Whether values are numbers or colors. */
  readonly kind: 'number' | 'color';
  /** The occurring values in ascending order; colors as 0xrrggbb. */
  readonly found: ReadonlyMap<number, FoundValue>;
  /** The largest number that the files can store. */
  readonly highest: number;
  /** For masks with a palette, the colors of the occurring indices, as 0xrrggbb. */
  readonly palette: ReadonlyMap<number, number>;
  /** The classes of the values, if the files state them. */
  readonly classes: readonly MaskClass[] | null;
}

type Traits = Omit<LabelPicture, 'values'>;
type Values = Map<number, FoundValue>;

/** The first mask of a kind. */
interface Example {
  readonly name: string;
  readonly traits: Traits;
}

/** A mask with more values is an error, even if classes are declared. */
const maxValues = 4096;

/** Collects the values of a set of masks, one mask at a time, and checks that all masks are of the same kind. */
export class LabelSurveyor {
  readonly #kinds = new Map<string, Example & { readonly found: Values }>();
  readonly #palettes = new Map<string, Example>();
  readonly #classes = new Map<string, Example>();

  /**
   * Adds a mask.
   * @param name the mask's name in errors
   * @throws OneirosError `bad-input` if it has more than 4096 different values
   */
  add(name: string, { values, ...traits }: LabelPicture): void {
    const example = { name, traits };
    const kind = kindText(traits);
    const { found } =
      this.#kinds.get(kind) ?? keep(this.#kinds, kind, { ...example, found: new Map<number, FoundValue>() });
    for (const [value, pixels] of tally(values, name)) {
      const known = found.get(value);
      found.set(value, { pixels: pixels + (known?.pixels ?? 0), in: known?.in ?? name });
    }
    if (traits.stored === 'palette') keep(this.#palettes, traits.palette.join(), example);
    keep(this.#classes, traits.classes === null ? '' : formatClasses(traits.classes), example);
  }

  /**
   * The survey of all added masks.
   * @param as `color` to treat color pictures as colors even if all their pixels are gray; by default, gray pixels are
   *   numbers
   * @throws OneirosError `bad-input` for masks of different kinds, for an index with different colors in two masks, and
   *   for masks whose files state different classes; `bad-argument` if no masks were added
   */
  finish(as?: 'number' | 'color'): LabelSurvey {
    const { traits, found } = this.#oneKind(as === 'color');
    const kind = traits.stored === 'color' ? 'color' : 'number';
    return {
      kind,
      found: new Map([...found].sort(([a], [b]) => a - b)),
      highest: traits.stored === 'gray' ? 2 ** traits.bits - 1 : 255,
      palette: this.#palette(found),
      classes: this.#oneSetOfClasses(),
    };
  }

  #oneKind(keepGray: boolean): Example & { readonly found: Values } {
    const isNumbers = ({ traits, found }: Example & { readonly found: Values }) =>
      traits.stored === 'color' && !keepGray && [...found.keys()].every(isGray);
    const kinds = [...this.#kinds.values()].map((kind) => (isNumbers(kind) ? asGray(kind) : kind));
    const [first, ...others] = kinds;
    if (first === undefined) throw new OneirosError('bad-argument', 'there are no masks');
    const other = others.find(({ traits }) => kindText(traits) !== kindText(first.traits));
    if (other !== undefined)
      throw new OneirosError(
        'bad-input',
        `the masks are of different kinds: ${first.name} stores ${kindText(first.traits)}, ${other.name} ${kindText(other.traits)}: save all masks of a folder in the same form`,
      );
    return { ...first, found: kinds.map(({ found }) => found).reduce(merged) };
  }

  #palette(found: Values): ReadonlyMap<number, number> {
    const colors = new Map<number, number>();
    const [first, ...others] = this.#palettes.values();
    if (first === undefined) return colors;
    for (const index of found.keys()) {
      const examples = [first, ...others].filter(
        ({ traits }) => colorAt(traits.palette, index) !== undefined,
      );
      const color = colorAt(examples[0]?.traits.palette, index);
      if (color === undefined) continue;
      colors.set(index, color);
      const other = examples.find(({ traits }) => colorAt(traits.palette, index) !== color);
      if (other !== undefined)
        throw new OneirosError(
          'bad-input',
          `the palettes of the masks differ: index ${index} is ${colorText(color)} in ${examples[0]!.name}, but ${colorText(colorAt(other.traits.palette, index)!)} in ${other.name}: save all masks of a folder with the same palette, or as gray pictures of the class indices`,
        );
    }
    return colors;
  }

  #oneSetOfClasses(): readonly MaskClass[] | null {
    const [first, other] = this.#classes.values();
    if (first === undefined || other === undefined) return first?.traits.classes ?? null;
    const describe = ({ name, traits }: Example) =>
      `${name} ${traits.classes === null ? 'states none' : formatClasses(traits.classes)}`;
    throw new OneirosError(
      'bad-input',
      `the masks state different classes: ${describe(first)}, ${describe(other)}: keep the masks of different networks in separate folders`,
    );
  }
}

/** The values of a mask in the kind of its set: if that is numbers, gray colors become numbers. */
export function valuesOf(picture: LabelPicture, survey: Pick<LabelSurvey, 'kind'>): LabelData {
  check('valuesOf', { picture: [picture, kind.labelPicture], survey: [survey, kind.object] });
  const { stored, values } = picture;
  // Conversion to bytes keeps the lowest byte: 0x808080 becomes 0x80.
  return stored === 'color' && survey.kind === 'number' ? new Uint8Array(values) : values;
}

/** A value in its usual notation: 128, or #808080. */
export function labelValue(value: number, { kind }: Pick<LabelSurvey, 'kind'>): LabelValue {
  return kind === 'color' ? colorText(value) : value;
}

/** The occurring values, at most twelve of them, for messages. */
export function describeValues({ found, ...survey }: LabelSurvey): string {
  const values = [...found.keys()].map((value) => String(labelValue(value, survey)));
  return values.length <= 12 ? values.join(', ') : `${values.slice(0, 11).join(', ')}, … ${values.at(-1)}`;
}

function keep<V>(map: Map<string, V>, key: string, value: V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  map.set(key, value);
  return value;
}

function kindText({ stored, bits }: Traits): string {
  if (stored === 'palette') return 'indices of a palette';
  return stored === 'color' ? 'colors' : `gray values of ${bits} bit${bits === 1 ? '' : 's'}`;
}

function isGray(color: number): boolean {
  return (color & 255) * 0x10101 === color;
}

function asGray({ name, traits, found }: Example & { readonly found: Values }) {
  const numbers = new Map(Array.from(found, ([color, value]) => [color & 255, value]));
  return { name, traits: { ...traits, stored: 'gray' as const }, found: numbers };
}

function merged(a: Values, b: Values): Values {
  const all = new Map(a);
  for (const [value, { pixels, in: name }] of b) {
    const known = all.get(value);
    all.set(value, { pixels: pixels + (known?.pixels ?? 0), in: known?.in ?? name });
  }
  return all;
}

function colorAt(palette: Uint8Array | undefined, index: number): number | undefined {
  const [red, green, blue] = palette?.subarray(3 * index, 3 * index + 3) ?? [];
  return red === undefined || green === undefined || blue === undefined
    ? undefined
    : red * 0x10000 + green * 0x100 + blue;
}

/** The number of pixels of each value. */
function tally(values: LabelData, name: string): Map<number, number> {
  const counts = new Map<number, number>();
  for (let start = 0, end = 0; start < values.length; start = end) {
    const value = values[start]!;
    while (end < values.length && values[end] === value) end++;
    counts.set(value, (counts.get(value) ?? 0) + end - start);
    if (counts.size > maxValues)
      throw new OneirosError(
        'bad-input',
        `${name} has more than ${maxValues} different values, too many for labels: a mask has one value per class`,
      );
  }
  return counts;
}
