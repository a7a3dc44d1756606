import { check, type OptionKinds } from '../../base/arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { type Id, idText, wholeId } from '../detection/ids.js';
import { fieldsOf, idField, unexpected } from './fields.js';
import { jsonRecords, recordName, type TextChunks } from './json-records.js';

/** The id of a picture in annotations, by its path: a number, as in COCO, or a word. */
export type ImageIds = (path: string) => Id;

export interface ImageIdOptions {
  /** Told of a picture that is known only by its name, in another folder than the annotations say. */
  readonly onOtherFolder?: ((path: string, fileName: string) => void) | undefined;
}

const imageIdKinds: OptionKinds<ImageIdOptions> = { onOtherFolder: kind.function };

/**
 * Reads which id each file has from COCO annotations. A picture is the one whose `file_name` its path ends with, folders
 * included; of several the longest. Where there is none, its name is enough if no two images of the annotations share a
 * name: then they lie in another folder than they did.
 * @throws OneirosError `bad-input` for malformed annotations, or two images of one id; the function it gives throws
 *   `not-found` for a path that they do not name, and `bad-input` for one that they name by two ids
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
          `${recordName(section, index)}: the id ${idText(id)} is that of ${JSON.stringify(other)} already`,
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
    return `; its name is that of ${alike.length} images in other folders, such as ${example}: give it from a folder of that name`;
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
        `the annotations name no image ${JSON.stringify(path)}: its path ends with none of their file names${elsewhere(ends)}`,
      );
    if (another !== undefined)
      throw new OneirosError(
        'bad-input',
        `the annotations name ${JSON.stringify(path)} by several ids, such as ${idText(id)} and ${idText(another)}`,
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
    `the name ${JSON.stringify(name)} has no number to be the image's id; name the annotations with --images`,
  );
}

/**
 * The id of each picture.
 * @param idOf what gives the id of a path; what it throws is thrown when that picture's id is asked for
 * @throws OneirosError `bad-argument` where two pictures would have one id: their objects would become one picture's
 */
export function distinctIds(paths: readonly string[], idOf: ImageIds): ImageIds {
  check('distinctIds', { paths: [paths, kind.texts], idOf: [idOf, kind.function] });
  const ids = new Map<string, Attempt>();
  const owners = new Map<Id, string>();
  const clashes: string[] = [];
  for (const path of paths) {
    const id = attempt(() => idOf(path));
    ids.set(path, id);
    if ('error' in id) continue;
    const owner = owners.get(id.value);
    if (owner !== undefined) clashes.push(`${owner} and ${path} (${idText(id.value)})`);
    else owners.set(id.value, path);
  }
  if (clashes.length > 0)
    throw new OneirosError(
      'bad-argument',
      `${clashes.length === 1 ? 'two pictures' : `${clashes.length} pairs of pictures`} would have one image id: ` +
        `${clashes.slice(0, shown).join('; ')}${clashes.length > shown ? '; …' : ''}; ` +
        'give each picture once, and with --images annotations that tell them apart',
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

/** Folders and name of a path; accents in the one form, whatever file system they are from. */
function partsOf(path: string): readonly string[] {
  return path
    .normalize('NFC')
    .split(/[/\\]/)
    .filter((part) => part !== '' && part !== '.');
}

/** The path and what is left of it without its first folders, the longest first; of many folders the last. */
function endsOf(path: string): readonly string[] {
  const parts = partsOf(path).slice(-mostFolders);
  return parts.map((_, i) => parts.slice(i).join('/'));
}
