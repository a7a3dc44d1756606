import {
  count,
  type Fields,
  fieldsOf,
  flag,
  isRecord,
  malformed,
  shown,
  text,
  texts,
  word,
} from './fields.js';

// The list of models that are known by name: onnx-models/catalog.json. This file is browser-safe; where the list and the
// models lie is told in node/.

/** The façade that loads it: `loadClassifier`, `loadDetector`, `loadSegmenter`. */
export type Task = 'classify' | 'detect' | 'segment';

/** What is known of a file's contents before it is here. */
export type Checksum =
  /** `verified` if this project has hashed the bytes itself; otherwise it is what `from` published. */
  | { readonly kind: 'sha256'; readonly digest: string; readonly verified: boolean; readonly from: string }
  /** The first hexadecimal digits of the sha256, which PyTorch puts into its file names. */
  | {
      readonly kind: 'sha256-prefix';
      readonly digest: string;
      readonly verified: false;
      readonly from: string;
    }
  /** Nothing that could be looked up: what comes is recorded at the first pull, and compared from then on. */
  | { readonly kind: 'none'; readonly verified: false; readonly from: string };

/** Where a file comes from. */
export type EntrySource =
  /** With the package, in onnx-models/. */
  | { readonly kind: 'shipped' }
  /** From the first of these addresses that has it. */
  | { readonly kind: 'download'; readonly addresses: readonly string[] };

/** A file's size: as published, or as computed from a figure rounded to three or four digits. */
export interface FileSize {
  readonly bytes: number;
  readonly exact: boolean;
}

/** Figures that somebody measured, by the metric's name: fractions of 1. */
export interface PublishedAccuracy {
  readonly metrics: Readonly<Record<string, number>>;
  /** The data. */
  readonly on: string;
  /** Who says so. */
  readonly by: string;
}

/** One model of the catalog. */
export interface CatalogEntry {
  readonly name: string;
  readonly title: string;
  readonly task: Task;
  /** What builds it from its weights: a name that the task's façade takes; `onnx` for a graph of its own. */
  readonly architecture: string;
  readonly format: 'onnx' | 'pytorch' | 'safetensors';
  /** What the file is called, here and at a mirror. */
  readonly file: string;
  readonly source: EntrySource;
  /** `null` for a shipped model that has not been built yet. */
  readonly size: FileSize | null;
  readonly checksum: Checksum;
  readonly licence: string;
  /** Who made it, and where that can be read. */
  readonly origin: string;
  /** What of RGB in [0, 1] its file was trained on, in the words that checkpoints use. */
  readonly preprocessing: string;
  /** Names of its classes, or what such a list is called: `imagenet-1k`, `coco-91`. */
  readonly labels: readonly string[];
  /** Layers worth looking at, from the image on; the first and the last among them. */
  readonly layers: readonly string[];
  /** `null` where nobody has measured any. */
  readonly accuracy: PublishedAccuracy | null;
}

/** The models by name, in the file's order. */
export type Catalog = ReadonlyMap<string, CatalogEntry>;

/** The largest file that is believed: 16 GiB. */
const largestFile = 16 * 2 ** 30;

/**
 * Reads a catalog, which is not trusted: names cannot lead out of a folder, addresses are https, digests are digests.
 * @throws OneirosError `bad-input` that names the model and the field
 */
export function parseCatalog(json: string): Catalog {
  const root = fieldsOf('the document', parse(json), ['version', 'models']);
  if (root.values['version'] !== 1) throw malformed('the document', 'is of a version that is not known here');
  const { models } = root.values;
  if (!Array.isArray(models)) throw malformed('the document', 'has no list of models');
  const entries = models.map((value: unknown, i) => entryOf(`model ${i}`, value));
  const catalog = new Map(entries.map((entry) => [entry.name, entry]));
  if (catalog.size < entries.length) throw malformed('the document', 'names two models alike');
  return catalog;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw malformed('the document', `is no JSON (${cause instanceof Error ? cause.message : ''})`);
  }
}

const keys = [
  ...['name', 'title', 'task', 'architecture', 'format', 'file', 'source', 'size', 'checksum'],
  ...['licence', 'origin', 'preprocessing', 'labels', 'layers', 'accuracy'],
];
/** Letters, digits, dots, dashes, underscores; neither hidden nor a way out of the folder. */
const fileName = /^[a-z0-9][a-z0-9._-]{0,119}$/i;

function entryOf(place: string, value: unknown): CatalogEntry {
  const named = fieldsOf(place, value, keys);
  const name = text(named, 'name', /^[a-z0-9][a-z0-9_-]{0,63}$/);
  const fields = { ...named, what: JSON.stringify(name) };
  return {
    name,
    title: text(fields, 'title'),
    task: word(fields, 'task', ['classify', 'detect', 'segment']),
    architecture: text(fields, 'architecture'),
    format: word(fields, 'format', ['onnx', 'pytorch', 'safetensors']),
    file: text(fields, 'file', fileName),
    source: sourceOf(fields),
    size: sizeOf(fields),
    checksum: checksumOf(fields),
    licence: text(fields, 'licence'),
    origin: text(fields, 'origin'),
    preprocessing: text(fields, 'preprocessing'),
    labels: texts(fields, 'labels'),
    layers: texts(fields, 'layers'),
    accuracy: accuracyOf(fields),
  };
}

function sourceOf({ what, values }: Fields): EntrySource {
  const fields = fieldsOf(`${what}'s source`, values['source'], ['kind', 'addresses']);
  if (word(fields, 'kind', ['shipped', 'download']) === 'shipped') return { kind: 'shipped' };
  const addresses = texts(fields, 'addresses');
  const wrong = addresses.find((address) => !isHttps(address));
  if (wrong !== undefined || addresses.length === 0)
    throw malformed(fields.what, `has ${shown(wrong)} as an address: expected https`);
  return { kind: 'download', addresses };
}

function isHttps(address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : null;
  return url?.protocol === 'https:' && url.username === '' && url.password === '';
}

function sizeOf({ what, values }: Fields): FileSize | null {
  if (values['size'] === null) return null;
  const fields = fieldsOf(`${what}'s size`, values['size'], ['bytes', 'exact']);
  return { bytes: count(fields, 'bytes', largestFile), exact: flag(fields, 'exact') };
}

function checksumOf({ what, values }: Fields): Checksum {
  const fields = fieldsOf(`${what}'s checksum`, values['checksum'], ['kind', 'digest', 'verified', 'from']);
  const from = text(fields, 'from');
  switch (word(fields, 'kind', ['sha256', 'sha256-prefix', 'none'])) {
    case 'sha256': {
      const digest = text(fields, 'digest', /^[0-9a-f]{64}$/);
      return { kind: 'sha256', digest, verified: flag(fields, 'verified'), from };
    }
    case 'sha256-prefix':
      return {
        kind: 'sha256-prefix',
        digest: text(fields, 'digest', /^[0-9a-f]{8,63}$/),
        verified: unverified(fields),
        from,
      };
    case 'none':
      return { kind: 'none', verified: unverified(fields), from };
  }
}

function unverified(fields: Fields): false {
  const verified = flag(fields, 'verified');
  if (!verified) return verified;
  throw malformed(fields.what, 'is called verified, but is no whole sha256');
}

function accuracyOf({ what, values }: Fields): PublishedAccuracy | null {
  if (values['accuracy'] === null) return null;
  const fields = fieldsOf(`${what}'s accuracy`, values['accuracy'], ['metrics', 'on', 'by']);
  const { metrics } = fields.values;
  if (!isRecord(metrics) || !isFractions(metrics))
    throw malformed(fields.what, `has ${shown(metrics)} as its metrics: expected fractions of 1 by name`);
  return { metrics, on: text(fields, 'on'), by: text(fields, 'by') };
}

function isFractions(values: Readonly<Record<string, unknown>>): values is Readonly<Record<string, number>> {
  return Object.values(values).every((value) => typeof value === 'number' && value >= 0 && value <= 1);
}
