import * as v from 'valibot';

import { messageOf, OneirosError } from '../../base/errors.js';
import { conforming } from '../../base/schema.js';

// The schema of onnx-models/catalog.json, the list of models that are known by name. This file works in browsers; node/
// and web/ locate the list and the models.

/** The kind of network: loaded by `loadClassifier`, `loadDetector` or `loadSegmenter`. */
export type Task = 'classify' | 'detect' | 'segment';

/** The known checksum of a file. */
export type Checksum =
  /** `verified` if this project has computed it from the bytes; otherwise `from` has published it. */
  | { readonly kind: 'sha256'; readonly digest: string; readonly verified: boolean; readonly from: string }
  /** The first hexadecimal digits of the sha256, which PyTorch puts into its file names. */
  | {
      readonly kind: 'sha256-prefix';
      readonly digest: string;
      readonly verified: false;
      readonly from: string;
    }
  /** No checksum is published: it is recorded at the first pull and compared from then on. */
  | { readonly kind: 'none'; readonly verified: false; readonly from: string };

/** The source of a file. */
export type EntrySource =
  /** Shipped with the package, in onnx-models/. */
  | { readonly kind: 'shipped' }
  /** Downloaded from the first of these addresses that has it. */
  | { readonly kind: 'download'; readonly addresses: readonly string[] };

/** A file's size: the published number of bytes, or (not exact) one computed from a figure rounded to 3 or 4 digits. */
export interface FileSize {
  readonly bytes: number;
  readonly exact: boolean;
}

/** Published accuracy. */
export interface PublishedAccuracy {
  /** Values in [0, 1] by the metric's name. */
  readonly metrics: Readonly<Record<string, number>>;
  /** The evaluation data. */
  readonly on: string;
  /** Who published the values. */
  readonly by: string;
}

/** One model of the catalog. */
export interface CatalogEntry {
  readonly name: string;
  readonly title: string;
  readonly task: Task;
  /** The architecture that is built from its weights; `onnx` if the file contains its graph. */
  readonly architecture: string;
  readonly format: 'onnx' | 'pytorch' | 'safetensors';
  /** The file's name, in the local folder and on a mirror. */
  readonly file: string;
  readonly source: EntrySource;
  /** `null` for a shipped model that has not been built yet. */
  readonly size: FileSize | null;
  readonly checksum: Checksum;
  readonly licence: string;
  /** The authors, and a reference. */
  readonly origin: string;
  /** How RGB in [0, 1] is converted to the network's input, in the terms of checkpoints. */
  readonly preprocessing: string;
  /** Names of its classes, or the name of a known list: `imagenet-1k`, `coco-91`. */
  readonly labels: readonly string[];
  /** Important layers in the order of computation, including the first and the last. */
  readonly layers: readonly string[];
  /** `null` if no figures are published. */
  readonly accuracy: PublishedAccuracy | null;
}

/** The models by name, in the order of the file. */
export type Catalog = ReadonlyMap<string, CatalogEntry>;

/** The maximum size of a file: 16 GiB. */
const largestFile = 16 * 2 ** 30;

/** A non-empty string of one line. */
const line = (expected: string, pattern = /^[^\p{Cc}]+$/u) =>
  v.pipe(v.string(expected), v.maxLength(2000, expected), v.regex(pattern, expected));
const oneOf = <const T extends string>(...words: readonly T[]) =>
  v.picklist(words, `one of ${words.join(', ')}`);
const listOfNames = (expected: string) =>
  v.pipe(v.array(line(expected), expected), v.maxLength(1000, expected));
const aText = line('a line of text');
const trueOrFalse = v.boolean('true or false');
const aSize = `a whole number from 1 to ${largestFile}`;
const fraction = v.pipe(
  v.number('fractions of 1'),
  v.minValue(0, 'fractions of 1'),
  v.maxValue(1, 'fractions of 1'),
);
const unverified = v.literal(false, 'false: only a whole sha256 can be called verified');

const source = v.variant(
  'kind',
  [
    v.strictObject({ kind: v.literal('shipped') }),
    v.strictObject({
      kind: v.literal('download'),
      addresses: v.pipe(
        listOfNames('https addresses'),
        v.minLength(1, 'at least one https address'),
        v.everyItem(isHttps, 'https addresses without a password'),
      ),
    }),
  ],
  'one of shipped, download',
);

const checksum = v.variant(
  'kind',
  [
    v.strictObject({
      kind: v.literal('sha256'),
      digest: line('64 hexadecimal digits', /^[0-9a-f]{64}$/),
      verified: trueOrFalse,
      from: aText,
    }),
    v.strictObject({
      kind: v.literal('sha256-prefix'),
      digest: line('8 to 63 hexadecimal digits', /^[0-9a-f]{8,63}$/),
      verified: unverified,
      from: aText,
    }),
    v.strictObject({ kind: v.literal('none'), verified: unverified, from: aText }),
  ],
  'one of sha256, sha256-prefix, none',
);

const named = v.object({
  name: line('lower-case letters, digits, dashes and underscores', /^[a-z0-9][a-z0-9_-]{0,63}$/),
});

const catalogEntry: v.GenericSchema<unknown, CatalogEntry> = v.strictObject({
  ...named.entries,
  title: aText,
  task: oneOf('classify', 'detect', 'segment'),
  architecture: aText,
  format: oneOf('onnx', 'pytorch', 'safetensors'),
  // The name cannot be hidden, and cannot lead out of the folder.
  file: line('letters, digits, dots, dashes and underscores', /^[a-z0-9][a-z0-9._-]{0,119}$/i),
  source,
  size: v.nullable(
    v.strictObject({
      bytes: v.pipe(
        v.number(aSize),
        v.safeInteger(aSize),
        v.minValue(1, aSize),
        v.maxValue(largestFile, aSize),
      ),
      exact: trueOrFalse,
    }),
  ),
  checksum,
  licence: aText,
  origin: aText,
  preprocessing: aText,
  labels: listOfNames('a list of names'),
  layers: listOfNames('a list of names'),
  accuracy: v.nullable(v.strictObject({ metrics: v.record(v.string(), fraction), on: aText, by: aText })),
});

const document = v.strictObject({
  version: v.literal(1, '1: other versions are not supported'),
  models: v.array(v.unknown(), 'a list of models'),
});

/**
 * Parses a catalog without trusting it: file names cannot lead out of a folder, addresses must be https, and digests
 * must be hexadecimal.
 * @throws OneirosError `bad-input` naming the model and the field
 */
export function parseCatalog(json: string): Catalog {
  const { models } = conforming(document, parse(json), malformed('the document'));
  const entries = models.map((model, i) => {
    const { name } = conforming(named, model, malformed(`model ${i}`));
    return conforming(catalogEntry, model, malformed(JSON.stringify(name)));
  });
  const catalog = new Map(entries.map((entry) => [entry.name, entry]));
  if (catalog.size < entries.length) throw malformed('the document')('has two models with the same name');
  return catalog;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw malformed('the document')(`is not valid JSON (${messageOf(cause)})`);
  }
}

function isHttps(address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : null;
  return url?.protocol === 'https:' && url.username === '' && url.password === '';
}

function malformed(what: string): (detail: string) => OneirosError {
  return (detail) => new OneirosError('bad-input', `the catalog is malformed: ${what} ${detail}`);
}
