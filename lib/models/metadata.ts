import { parseJson } from '../base/json.js';
import { own } from '../base/own.js';
import { isLabelValue, type LabelValue } from '../labels/classes.js';
import { formatPreprocessing, parsePreprocessing, type Preprocessing } from './input/preprocessing.js';

// Metadata about the network in ONNX and safetensors files: text by key, which other tools can show. Only this file
// reads and writes the format:
//
//   input         the preprocessing from RGB in [0, 1]: `BGR, 0..255, minus (104,117,123)`
//   classes       names by number: separated by commas, or JSON if a name has a comma, a bracket or a quote
//   class_values  JSON: the values of the classes in label pictures, `[0, 255]` or `["#000000", "#80c000"]`
//   standardize   `picture`: each channel of a picture is first standardized to mean 0 and standard deviation 1
//   layers        names of layers, in the format of `classes`
//   score, limit  a detector's score threshold, and its maximum number of detections
//
// Missing and malformed entries are undefined: other programs use some of these keys with another meaning.

/** The metadata of a network's file. */
export interface NetworkMetadata {
  /** The preprocessing from RGB in [0, 1]. */
  readonly input?: Preprocessing | undefined;
  /** Names of the classes by number. */
  readonly classes?: readonly string[] | undefined;
  /** The values of the classes in label pictures. */
  readonly values?: readonly LabelValue[] | undefined;
  /** Whether each channel of a picture is first standardized to mean 0 and standard deviation 1. */
  readonly standardizes?: boolean | undefined;
  readonly layers?: readonly string[] | undefined;
  /** The score threshold of a detector. */
  readonly score?: number | undefined;
  /** The maximum number of detections. */
  readonly limit?: number | undefined;
}

/** Metadata as texts by key, without undefined entries. */
export function writeNetworkMetadata(metadata: NetworkMetadata): ReadonlyMap<string, string> {
  const { input, classes, values, standardizes, layers, score, limit } = metadata;
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

/** Parses the metadata of a file. */
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

/** The values of `count` classes; `undefined` if the file has none, or another number of them. */
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
