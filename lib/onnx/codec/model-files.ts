import { fileSource, readFileBytes } from '#files/read';
import { pathWithin } from '#files/within';
import { writeFileAtomic } from '#files/write';
import { check, type OptionKinds } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { withDefaults } from '../../base/option-table.js';
import { describeLocation, type FileLocation } from '../../files/location.js';
import type { Model } from '../graph/graph.js';
import type { ExternalReference } from './external-reference.js';
import { decodeModel, externalReferences } from './read.js';
import { encodeChunks, maxFileSize } from './write.js';
import { externalData } from './write-external-data.js';

/**
 * Reads an ONNX file and the external data files of its constants, which must be in its folder or below.
 * @throws OneirosError as `decodeModel`; `not-found` if a file is missing; `bad-input` if one is outside the folder or
 *   shorter than the model declares
 */
export async function readModel(location: FileLocation): Promise<Model> {
  check('readModel', { location: [location, kind.location] });
  const bytes = await readFileBytes(location, { limit: maxFileSize });
  const found = await readReferences(location, externalReferences(bytes));
  return decodeModel(bytes, {
    externalData: (reference) => {
      const data = found.get(keyOf(reference));
      if (data === undefined) throw new OneirosError('not-found', `"${reference.location}" was not read`);
      return data;
    },
  });
}

function keyOf({ location, offset, length }: ExternalReference): string {
  return JSON.stringify([location, offset, length]);
}

async function readReferences(
  model: FileLocation,
  references: readonly ExternalReference[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for (const { file, ranges } of await byFile(model, references)) {
    await using source = await fileSource(file);
    // By range, since one location can be spelled in several ways.
    const read = new Map<string, Uint8Array>();
    let left = source.size;
    for (const reference of ranges) {
      const length = reference.length ?? Math.max(0, source.size - reference.offset);
      const range = `${reference.offset} ${length}`;
      if (!read.has(range)) left -= length;
      if (left < 0)
        throw new OneirosError(
          'bad-input',
          `the constants in "${reference.location}" overlap or extend past its end`,
        );
      const bytes = read.get(range) ?? (await source.read(reference.offset, length));
      read.set(range, bytes);
      found.set(keyOf(reference), bytes);
    }
  }
  return found;
}

/** Groups references by file, however its location is spelled: `a.bin`, `./a.bin` and a link to it are one file. */
async function byFile(
  model: FileLocation,
  references: readonly ExternalReference[],
): Promise<readonly FileRanges[]> {
  const bySpelling = new Map<string, FileRanges>();
  const byPath = new Map<string, FileRanges>();
  for (const reference of references) {
    const known = bySpelling.get(reference.location);
    const file = known?.file ?? (await pathWithin(model, reference.location));
    const path = describeLocation(file);
    const group = known ?? byPath.get(path) ?? { file, ranges: [] };
    bySpelling.set(reference.location, group);
    byPath.set(path, group);
    group.ranges.push(reference);
  }
  return [...byPath.values()];
}

interface FileRanges {
  readonly file: FileLocation;
  readonly ranges: ExternalReference[];
}

export interface WriteModelOptions {
  /**
   * Which constants go into a second file, `<name>.data`: a number for those of at least that many bytes, `true` for
   * those of at least 1 kB, `false` for none, `'auto'` for those of at least 1 kB if the model is over `limit`.
   * @default 'auto'
   */
  readonly externalData: 'auto' | boolean | number;
  /** In bytes, for `'auto'`; an ONNX file cannot be larger than 2 GB. @default 2 ** 31 - 1 */
  readonly limit: number;
}

const writeModelKinds: OptionKinds<Partial<WriteModelOptions>> = {
  externalData: kind.externalData,
  limit: kind.number,
};

const writeModelDefaults: WriteModelOptions = { externalData: 'auto', limit: maxFileSize };

const threshold = 1024;

/**
 * Writes a model as an ONNX file, and its constants into a second file if requested or needed. Each file is written
 * completely or not at all.
 * @throws OneirosError `too-large` if it is over 2 GB and `externalData` is `false`; otherwise as `writeFileAtomic`
 */
export async function writeModel(
  model: Model,
  path: string,
  options: Partial<WriteModelOptions> = {},
): Promise<void> {
  check('writeModel', { model: [model, kind.model], path: [path, kind.text] }, options, writeModelKinds);
  const { externalData: choice, limit } = withDefaults(writeModelDefaults, options);
  const isOutside = choice === 'auto' ? sizeOfConstants(model) > limit : choice !== false;
  if (!isOutside) {
    await writeFileAtomic(path, encodeChunks(model));
    return;
  }
  const name = `${path.replace(/^.*[\\/]/, '')}.data`;
  const outside = externalData(model, name, typeof choice === 'number' ? choice : threshold);
  // The constants first: a model whose constants are missing is worse than constants without a model.
  if (outside.chunks.length > 0) await writeFileAtomic(`${path}.data`, outside.chunks);
  await writeFileAtomic(path, encodeChunks(model, outside.place));
}

/** In bytes, with 1 MB for everything that is not a constant's data. */
function sizeOfConstants({ graph }: Model): number {
  let size = 2 ** 20;
  for (const constant of graph.initializers.values())
    if (constant.dtype === 'opaque') size += constant.origin.rawData.length;
    else if (constant.dtype !== 'string') size += constant.data.byteLength;
  return size;
}
