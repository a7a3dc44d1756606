import { check, type OptionKinds } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { type Id, idText, wholeId } from '../detection/ids.js';
import { fieldsOf, idField, unexpected } from './fields.js';
import { jsonRecords, recordName, type TextChunks } from './json-records.js';

/** Finds the id of a picture in annotations by its path: a number, as in COCO, or text. */
export type ImageIds = (path: string) => Id;

export interface ImageIdOptions {
  /** Called for a picture that is found only by its name: the annotations list it in another folder. */
  readonly onOtherFolder?: ((path: string, fileName: string) => void) | undefined;
}

const imageIdKinds: OptionKinds<ImageIdOptions> = { onOtherFolder: kind.function };

/**
 * Reads the ids of image files from COCO annotations. A path belongs to the image whose `file_name` (with folders) it
 * ends with, to the longest if there are several. If there is none, the file's name is enough, provided that all names
 * in the annotations differ: the files may have moved to another folder.
 * @throws OneirosError `bad-input` for malformed annotations, or two images with the same id. The returned function
 *   throws `not-found` for a path that is not in the annotations, and `bad-input` for one that has two ids
 */
export async function readImageIds(annotations: TextChunks, options: ImageIdOptions = {}): Promise<ImageIds> {
  check('readImageIds', { annotations: [annotations, kind.iterable] }, options, imageIdKinds);
  const { onOtherFolder } = options;
  const names = new Map<Id, string>();
  const [byPath, byName] = [new Map<string, Id[]>(), new Map<string, Id[]>()];
  for await (const records of jsonRecords(annotations, { root: 'object' }))
    for (const { section, index, value } of records) {
      if (section !== 'images') continue;
      const fields = fieldsOf(value);
      const { file_name: fileName } = fields;
      if (typeof fileName !== 'string') throw unexpected(fields, 'file_name', 'text');
      const id = idField(fields, 'id');
      const other = names.get(id);
      if (other !== undefined)
        throw new OneirosError(
          'bad-input',
          `${recordName(section, index)}: the id ${idText(id)} already belongs to ${JSON.stringify(other)}`,
        );
      names.set(id, fileName);
      add(byPath, partsOf(fileName).join('/'), id);
      add(byName, partsOf(fileName).at(-1) ?? '', id);
    }
  const elsewhere = (ends: readonly string[]): string => {
    const alike = byName.get(ends.at(-1) ?? '') ?? [];
    const [first] = alike;
    if (first === undefined) return '';
    const example = JSON.stringify(names.get(first));
    return `; ${alike.length} images in other folders have this name, such as ${example}: give the path with its folder`;
  };
  const areNamesDistinct = byName.size === names.size;
  return (path) => {
    const ends = endsOf(path);
    const exact = ends.map((end) => byPath.get(end)).find((found) => found !== undefined);
    const ids = exact ?? (areNamesDistinct ? byName.get(ends.at(-1) ?? '') : undefined);
    const [id, another] = ids ?? [];
    if (id === undefined)
      throw new OneirosError(
        'not-found',
        `the annotations have no image ${JSON.stringify(path)}: no file_name matches the end of this path${elsewhere(ends)}`,
      );
    if (another !== undefined)
      throw new OneirosError(
        'bad-input',
        `the annotations have several ids for ${JSON.stringify(path)}, such as ${idText(id)} and ${idText(another)}`,
      );
    if (exact === undefined) onOtherFolder?.(path, names.get(id) ?? '');
    return id;
  };
}

function add(ids: Map<string, Id[]>, key: string, id: Id): void {
  const before = ids.get(key);
  if (before === undefined) ids.set(key, [id]);
  else before.push(id);
}

/**
 * The id of a picture without annotations: the last number in its file's name.
 * @throws OneirosError `bad-argument` for a name without a number
 */
export function imageIdOf(path: string): Id {
  check('imageIdOf', { path: [path, kind.text] });
  const name = partsOf(path).at(-1) ?? path;
  const digits = /(\d+)\D*$/.exec(name.replace(/\.[^.]*$/, ''))?.[1];
  if (digits !== undefined) return wholeId(BigInt(digits));
  throw new OneirosError(
    'bad-argument',
    `the name ${JSON.stringify(name)} contains no number for the image's id: give the annotations with --images`,
  );
}

/**
 * The id of each picture, after a check that no two pictures share one.
 * @param idOf returns the id of a path; an error that it throws is thrown when that picture's id is requested
 * @throws OneirosError `bad-argument` if two pictures have the same id: their objects would be merged
 */
export function distinctIds(paths: readonly string[], idOf: ImageIds): ImageIds {
  check('distinctIds', { paths: [paths, kind.texts], idOf: [idOf, kind.function] });
  const ids = new Map<string, Attempt>();
  const pathById = new Map<Id, string>();
  const clashes: string[] = [];
  for (const path of paths) {
    const id = attempt(() => idOf(path));
    ids.set(path, id);
    if ('error' in id) continue;
    const first = pathById.get(id.value);
    if (first !== undefined) clashes.push(`${first} and ${path} (${idText(id.value)})`);
    else pathById.set(id.value, path);
  }
  if (clashes.length > 0)
    throw new OneirosError(
      'bad-argument',
      `${clashes.length === 1 ? 'two pictures' : `${clashes.length} pairs of pictures`} have the same image id: ` +
        `${clashes.slice(0, shown).join('; ')}${clashes.length > shown ? '; …' : ''}; ` +
        'give each picture once, and annotations that distinguish them with --images',
    );
  return (path) => {
    const id = ids.get(path);
    if (id === undefined) return idOf(path);
    if ('error' in id) throw id.error;
    return id.value;
  };
}

const shown = 5;

type Attempt = { readonly value: Id } | { readonly error: unknown };

function attempt(work: () => Id): Attempt {
  try {
    return { value: work() };
  } catch (error) {
    return { error };
  }
}

const mostFolders = 64;

/** Folders and name of a path. NFC makes accents equal: file systems store them in different forms. */
function partsOf(path: string): readonly string[] {
  return path
    .normalize('NFC')
    .split(/[/\\]/)
    .filter((part) => part !== '' && part !== '.');
}

/** The path, then the path without its first folder, and so on; at most the last 64 folders. */
function endsOf(path: string): readonly string[] {
  const parts = partsOf(path).slice(-mostFolders);
  return parts.map((_, i) => parts.slice(i).join('/'));
}
