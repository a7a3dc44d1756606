import { check } from '../base/arguments.js';
import { OneirosError } from '../base/errors.js';
import { kind } from '../base/kinds.js';
import { formatClasses } from './class-text.js';
import { colorText, type LabelValue, type MaskClass } from './classes.js';
import type { LabelData, LabelPicture } from './label-picture.js';

/** A value in a set of masks. */
export interface FoundValue {
  /** How many pixels have it. */
  readonly pixels: number;
  /** The first mask that has it. */
  readonly in: string;
}

/** What the masks of a set (all of a folder, say) have in common. */
export interface LabelSurvey {
  /** Whether values are numbers, or colors. */
  readonly kind: 'number' | 'color';
  /** By value, a color as 0xrrggbb, in ascending order. */
  readonly found: ReadonlyMap<number, FoundValue>;
  /** The largest number that the files could hold. */
  readonly highest: number;
  /** Of masks with a palette the colors of those indices that occur, as 0xrrggbb. */
  readonly palette: ReadonlyMap<number, number>;
  /** Which classes the values are, where the files themselves say so. */
  readonly classes: readonly MaskClass[] | null;
}

type Traits = Omit<LabelPicture, 'values'>;
type Values = Map<number, FoundValue>;

/** The first mask of some kind. */
interface Example {
  readonly name: string;
  readonly traits: Traits;
}

/** More values than these are no labels, whatever classes are declared. */
const maxValues = 4096;

/** Looks at the masks of a set one after another: whether they are of one kind, and which values they have. */
export class LabelSurveyor {
  readonly #kinds = new Map<string, Example & { readonly found: Values }>();
  readonly #palettes = new Map<string, Example>();
  readonly #classes = new Map<string, Example>();

  /**
   * @param name what to call the mask in errors
   * @throws OneirosError `bad-input` for more values than labels have
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
   * What all of them have in common.
   * @param as `color` to take pictures in color for that where all of their colors are gray; otherwise those are numbers
   * @throws OneirosError `bad-input` for masks of different kinds, for indices that are one color in one mask and another
   *   in another, and for masks that say of themselves that they have different classes; `bad-argument` for no masks
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
        `the masks are of different kinds: ${first.name} stores ${kindText(first.traits)}, ${other.name} ${kindText(other.traits)}; save all masks of a folder in the same way`,
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
          `the palettes of the masks differ: index ${index} is ${colorText(color)} in ${examples[0]!.name}, but ${colorText(colorAt(other.traits.palette, index)!)} in ${other.name}; save all masks of a folder with one palette, or as gray pictures of the classes' numbers`,
        );
    }
    return colors;
  }

  #oneSetOfClasses(): readonly MaskClass[] | null {
    const [first, other] = this.#classes.values();
    if (first === undefined || other === undefined) return first?.traits.classes ?? null;
    const say = ({ name, traits }: Example) =>
      `${name} ${traits.classes === null ? 'says nothing' : formatClasses(traits.classes)}`;
    throw new OneirosError(
      'bad-input',
      `the masks say different things of their classes: ${say(first)}, ${say(other)}; keep masks that were made by different networks in folders of their own`,
    );
  }
}

/** The values of a mask's pixels by the kind of its set: those of gray pixels stored as colors are numbers. */
export function valuesOf(picture: LabelPicture, survey: Pick<LabelSurvey, 'kind'>): LabelData {
  check('valuesOf', { picture: [picture, kind.labelPicture], survey: [survey, kind.object] });
  const { stored, values } = picture;
  // Numbers that are too large for a byte lose their upper bytes: 0x808080 becomes 0x80.
  return stored === 'color' && survey.kind === 'number' ? new Uint8Array(values) : values;
}

/** A value as people write it: 128, or #808080. */
export function labelValue(value: number, { kind }: Pick<LabelSurvey, 'kind'>): LabelValue {
  return kind === 'color' ? colorText(value) : value;
}

/** The values that occur, at most a dozen of them, for people to read. */
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

/** How many pixels have each value. */
function tally(values: LabelData, name: string): Map<number, number> {
  const counts = new Map<number, number>();
  for (let start = 0, end = 0; start < values.length; start = end) {
    const value = values[start]!;
    while (end < values.length && values[end] === value) end++;
    counts.set(value, (counts.get(value) ?? 0) + end - start);
    if (counts.size > maxValues)
      throw new OneirosError(
        'bad-input',
        `${name} has more than ${maxValues} different values, too many to be labels: a mask has one value for each class`,
      );
  }
  return counts;
}
