import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Argument, type Command, Option as Flag } from 'commander';

import { OneirosError } from '../../base/errors.js';
import { fileError } from '../../files/file-errors.js';
import { identityOf } from '../../files/target.js';
import { prepareOutputs } from '../../files/write.js';
import { picturesIn } from '../inputs/each-picture.js';

type FilesOf = (value: string) => readonly string[] | Promise<readonly string[]>;

const itself: FilesOf = (path) => [path];

/** An argument that names input files. */
export class InputArgument extends Argument {
  constructor(
    name: string,
    about: string,
    readonly filesOf: FilesOf = itself,
  ) {
    super(name, about);
  }
}

/** An argument that names input pictures, or folders of pictures. */
export class PictureArgument extends InputArgument {
  constructor(name: string, about: string) {
    super(name, about, (path) => picturesIn([path]));
  }
}

/** A flag that names input files. */
export class InputFlag extends Flag {
  constructor(
    flags: string,
    about: string,
    readonly filesOf: FilesOf = itself,
  ) {
    super(flags, about);
  }
}

/** The kinds of outputs: how their names must end; `folder` is a folder of pictures. */
const kinds = {
  picture: { ending: /\.(png|jpe?g)$/i, expected: '.png or .jpg' },
  model: { ending: /\.onnx$/i, expected: '.onnx' },
  drawing: { ending: /\.svg$/i, expected: '.svg' },
  json: { ending: /\.json$/i, expected: '.json' },
  checkpoint: { ending: /(?:)/, expected: '' },
  folder: { ending: /\.(png|jpe?g)$/i, expected: '.png or .jpg' },
} as const;

/** The parts of a command line that determine its output files. */
interface CommandLine {
  /** The pictures that its arguments name. */
  readonly pictures: readonly string[];
  readonly flags: Readonly<Record<string, unknown>>;
}

/** A flag that names output files. */
export class OutputFlag extends Flag {
  /** @param outputsOf the output files for a value of the flag; `undefined` if the flag was not given */
  constructor(
    flags: string,
    about: string,
    readonly kind: keyof typeof kinds,
    readonly outputsOf: (value: string | undefined, line: CommandLine) => readonly string[] = (value) =>
      value === undefined ? [] : [value],
  ) {
    super(flags, about);
  }
}

/**
 * Checks before a command starts that all its outputs can be written: names have the right endings, folders exist and
 * are writable, and no output is an input, under any of its names. Folders of pictures are created.
 * @throws OneirosError `bad-argument`, `not-found` or `runtime`; the message names the file
 */
export async function checkFiles(command: Command): Promise<void> {
  const outputs = await outputsOf(command);
  if (outputs.length === 0) return;
  const inputs = await inputsOf(command);
  const targets = await prepareOutputs(outputs);
  const taken = new Map<string, string>();
  for (const [i, identity] of (await Promise.all(inputs.map(identityOf))).entries()) {
    const input = inputs[i];
    if (identity !== null && input !== undefined)
      taken.set(identity, `it is the input ${JSON.stringify(input)}`);
  }
  for (const [i, path] of outputs.entries()) {
    const identity = targets[i]?.identity ?? targets[i]?.path ?? path;
    const other = taken.get(identity);
    if (other !== undefined)
      throw new OneirosError(
        'bad-argument',
        `cannot write ${JSON.stringify(path)}: ${other}; give another name`,
      );
    taken.set(identity, `${JSON.stringify(path)} is the same file`);
  }
}

async function inputsOf(command: Command): Promise<readonly string[]> {
  const files: string[] = [];
  for (const [value, filesOf] of inputValues(command)) files.push(...(await filesOf(value)));
  return files;
}

function inputValues(command: Command): readonly (readonly [string, FilesOf])[] {
  const fromArguments = command.registeredArguments.flatMap((argument, i) =>
    argument instanceof InputArgument
      ? textsOf(command.processedArgs[i]).map((value) => [value, argument.filesOf] as const)
      : [],
  );
  const fromFlags = command.options.flatMap((flag) =>
    flag instanceof InputFlag
      ? textsOf(command.getOptionValue(flag.attributeName())).map((value) => [value, flag.filesOf] as const)
      : [],
  );
  return [...fromArguments, ...fromFlags];
}

async function outputsOf(command: Command): Promise<readonly string[]> {
  const flags = command.options.filter((flag) => flag instanceof OutputFlag);
  if (flags.length === 0) return [];
  const line = { pictures: await picturesOf(command), flags: command.opts() };
  const files: string[] = [];
  for (const flag of flags) {
    const [value] = textsOf(command.getOptionValue(flag.attributeName()));
    // A pattern without %d gives every frame the same name.
    const paths = [...new Set(flag.outputsOf(value, line))];
    for (const path of paths) checkEnding(path, flag.kind);
    if (flag.kind === 'folder') for (const folder of new Set(paths.map(dirname))) await makeFolder(folder);
    files.push(...paths);
  }
  return files;
}

async function picturesOf(command: Command): Promise<readonly string[]> {
  const given = command.registeredArguments.flatMap((argument, i) =>
    argument instanceof PictureArgument ? textsOf(command.processedArgs[i]) : [],
  );
  return picturesIn(given);
}

function textsOf(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((item) => typeof item === 'string');
}

function checkEnding(path: string, kind: keyof typeof kinds): void {
  const { ending, expected } = kinds[kind];
  if (!ending.test(path))
    throw new OneirosError(
      'bad-argument',
      `cannot write ${JSON.stringify(path)}: its name must end in ${expected}`,
    );
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((error: unknown) => {
    throw fileError('write', path, error);
  });
}
