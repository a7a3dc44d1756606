import { parseJson } from '../base/json.js';
import { own } from '../base/own.js';
import { isLabelValue, type LabelValue } from '../labels/classes.js';
import { formatPreprocessing, parsePreprocessing, type Preprocessing } from './input/preprocessing.js';

// What ONNX and safetensors files say of the network in them, as text by key, which other tools show as it is. This file is
// the format's only reader and writer:
//
//   input         what the network takes of RGB in [0, 1]: `BGR, 0..255, minus (104,117,123)`
//   classes       names by number: JSON, or with commas between where no name has a comma, a bracket or a quote
//   class_values  JSON: what label pictures show each class by, `[0, 255]` or `["#000000", "#80c000"]`
//   standardize   `picture`: each channel of a picture is brought to mean 0 and standard deviation 1 first
//   layers        names of layers, as `classes`
//   score, limit  the lowest score that a detector lets through, and how many detections at the most
//
// What is not there or not so is undefined: files of other programs have such keys too, and mean something else by them.

/** What a file says of its network. */
export interface NetworkMetadata {
  /** What the network takes of RGB in [0, 1]. */
  readonly input?: Preprocessing | undefined;
  /** Names of the classes by number. */
  readonly classes?: readonly string[] | undefined;
  /** What label pictures show each class by. */
  readonly values?: readonly LabelValue[] | undefined;
  /** Whether each channel of a picture is brought to mean 0 and standard deviation 1 first. */
  readonly standardizes?: boolean | undefined;
  readonly layers?: readonly string[] | undefined;
  /** The lowest score that a detector lets through. */
  readonly score?: number | undefined;
  /** How many detections there are at the most. */
  readonly limit?: number | undefined;
}

/** The texts of a file, by key; what is undefined is left out. */
export function writeNetworkMetadata(said: NetworkMetadata): ReadonlyMap<string, string> {
  const { input, classes, values, standardizes, layers, score, limit } = said;
  return new Map([
    ...entry('input', input && formatPreprocessing(input)),
    ...entry('layers', layers && formatNames(layers)),
    ...entry('score', score?.toString()),
    ...entry('limit', limit?.toString()),
    ...entry('classes', classes && formatNames(classes)),
    ...entry('class_values', values && JSON.stringify(values)),
    ...entry('standardize', standardizes === true ? 'picture' : undefined),
  ]);
}

/** What the texts of a file say. */
export function readNetworkMetadata(
  texts: ReadonlyMap<string, string> | Readonly<Record<string, string>>,
): NetworkMetadata {
  const text = (key: string) => (isMap(texts) ? texts.get(key) : own(texts, key));
  return {
    input: parsePreprocessing(text('input') ?? '') ?? undefined,
    classes: parseNames(text('classes')),
    values: parseValues(text('class_values')),
    standardizes: text('standardize') === 'picture',
    layers: parseNames(text('layers')),
    score: parseAmount(text('score')),
    limit: parseAmount(text('limit')),
  };
}

/** The values of so many classes; `undefined` where a file says none, or those of more or fewer. */
export function valuesFor(count: number, { values }: NetworkMetadata): readonly LabelValue[] | undefined {
  return values?.length === count ? values : undefined;
}

function isMap(texts: object): texts is ReadonlyMap<string, string> {
  return texts instanceof Map;
}

function entry(key: string, text: string | undefined): readonly (readonly [string, string])[] {
  return text === undefined ? [] : [[key, text]];
}

function formatNames(names: readonly string[]): string {
  const plain = names.every((name) => name !== '' && name === name.trim() && !/[,[\]"]/.test(name));
  return plain ? names.join(',') : JSON.stringify(names);
}

function parseNames(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const list = text.startsWith('[') ? parseJson(text) : undefined;
  const isNames = (items: unknown): items is string[] =>
    Array.isArray(items) && items.every((item) => typeof item === 'string');
  return isNames(list) ? list : text.split(',');
}

function parseValues(text: string | undefined): readonly LabelValue[] | undefined {
  const list = text === undefined ? undefined : parseJson(text);
  const isValues = (items: unknown): items is LabelValue[] =>
    Array.isArray(items) && items.every(isLabelValue);
  return isValues(list) ? list : undefined;
}

function parseAmount(text: string | undefined): number | undefined {
  const value = Number(text ?? NaN);
  return value >= 0 ? value : undefined;
}
