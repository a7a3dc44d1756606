import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';

import { readJson } from '../../base/schema.js';
import { modelHome } from '../../files/model-home.js';
import { temporaryFor } from '../../files/temporary.js';
import type { MemoryPlan } from '../../onnx/memory-plan.js';
import { free } from '../protocol/packing.js';
import type { PreparedModel, PreparedModels } from '../worker/prepared-models.js';
import { fromSources } from './worker-url.js';

/** What a folder of prepared models holds. */
export interface Holding {
  readonly files: number;
  readonly bytes: number;
}

const planSchema: v.GenericSchema<unknown, MemoryPlan> = v.object({
  types: v.array(v.array(v.union([v.number(), v.string()]))),
  begin: v.array(v.number()),
  steps: v.array(v.tuple([v.array(v.number()), v.array(v.number())])),
});

/** Models that are prepared faster than this, in milliseconds, are not stored. */
const worthwhile = 150;

const digestLength = 32;

/**
 * Prepared models in the files of a folder, named by their keys. A file is the checksum of the rest, the length of the
 * plan, the plan as JSON, and the ONNX file. A damaged file, and every failure of the file system, counts as a model that
 * is not stored. Several processes may use the folder at once.
 */
export class PreparedModelFiles implements PreparedModels {
  /**
   * @param limit in bytes; the models that were used least recently are removed to keep it
   * @param version changes whenever a model may be prepared differently
   */
  constructor(
    private readonly folder: string,
    private readonly limit = 0,
    private readonly version = '',
  ) {}

  async remember(
    model: Uint8Array,
    settings: unknown,
    prepare: () => Promise<PreparedModel>,
  ): Promise<PreparedModel> {
    if (!(await this.#isPrivate())) return prepare();
    const path = join(this.folder, `${this.#keyOf(model, settings)}.onnx`);
    const stored = await this.#read(path);
    if (stored !== null) return stored;
    const began = performance.now();
    const prepared = await prepare();
    if (performance.now() - began >= worthwhile) await this.#write(path, prepared);
    return prepared;
  }

  async holding(): Promise<Holding> {
    const files = await this.#files();
    return { files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) };
  }

  /** Removes all of them. @returns what there was */
  async clear(): Promise<Holding> {
    const all = await this.holding();
    for (const { path } of await this.#files()) await rm(path, { force: true });
    return all;
  }

  #keyOf(model: Uint8Array, settings: unknown): string {
    const about = JSON.stringify([this.version, settings]);
    return createHash('sha256').update(about).update('\0').update(model).digest('hex');
  }

  /**
   * Whether only this user can write to the folder, if it exists: the files are opened by native code without the checks
   * that a model gets while it is prepared.
   */
  async #isPrivate(): Promise<boolean> {
    const found = await stat(this.folder).catch(() => null);
    if (found === null || process.getuid === undefined) return true;
    return found.uid === process.getuid() && (found.mode & 0o022) === 0;
  }

  /** `null` if there is no such file, or if it is damaged. */
  async #read(path: string): Promise<PreparedModel | null> {
    try {
      const file = await readFile(path);
      const prepared = unpack(file);
      // An idle worker does not collect garbage.
      free([file]);
      const now = new Date();
      await (prepared === null ? rm(path) : utimes(path, now, now));
      return prepared;
    } catch {
      return null;
    }
  }

  async #write(path: string, prepared: PreparedModel): Promise<void> {
    if (prepared.bytes.length > this.limit) return;
    const temporary = temporaryFor(path);
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await writeFile(temporary, pack(prepared), { mode: 0o600, flag: 'wx' });
      await rename(temporary, path);
      await this.#shrink();
    } catch {
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  }

  async #shrink(): Promise<void> {
    const files = await this.#files();
    let bytes = files.reduce((sum, { size }) => sum + size, 0);
    for (const { path, size } of files.sort((a, b) => a.usedAt - b.usedAt)) {
      if (bytes <= this.limit) return;
      await rm(path, { force: true });
      bytes -= size;
    }
  }

  /** Its files, also those that killed writers left behind. */
  async #files() {
    const names = await readdir(this.folder).catch(() => []);
    const files = names.map(async (name) => {
      const path = join(this.folder, name);
      // Another process may have removed it.
      const found = await stat(path).catch(() => null);
      return found?.isFile() === true ? [{ path, size: found.size, usedAt: found.mtimeMs }] : [];
    });
    return (await Promise.all(files)).flat();
  }
}

/** In megabytes, unless `ONEIROS_CACHE` gives another limit. */
const defaultLimit = 2000;

/** Beside the models. */
export function preparedFolder(): string {
  return join(modelHome(), 'prepared');
}

/** The prepared models of this user; `null` if `ONEIROS_CACHE` turns them off. */
export function preparedModelFiles(
  env: Readonly<Partial<Record<string, string>>> = process.env,
): PreparedModelFiles | null {
  const given = env['ONEIROS_CACHE'] ?? '';
  const limit = given === '' ? defaultLimit : Number(given);
  // Sources may change from one run to the next.
  if (!(limit > 0) || fromSources) return null;
  return new PreparedModelFiles(preparedFolder(), 1e6 * limit, version());
}

/** Changes with the package's version, and with each build of a checkout. */
function version(): string {
  const { mtimeMs } = statSync(fileURLToPath(import.meta.url));
  return `${readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')} ${mtimeMs}`;
}

function pack({ bytes, plan }: PreparedModel): readonly Uint8Array[] {
  const text = Buffer.from(JSON.stringify(plan));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const parts = [length, text, bytes];
  return [digestOf(parts), ...parts];
}

function unpack(file: Buffer): PreparedModel | null {
  const rest = file.subarray(digestLength);
  if (rest.length < 4 || !digestOf([rest]).equals(file.subarray(0, digestLength))) return null;
  const end = 4 + rest.readUInt32LE();
  const text = rest.toString('utf8', 4, end);
  const plan = readJson(v.nullable(planSchema), text);
  return { bytes: new Uint8Array(rest.subarray(end)), plan };
}

function digestOf(parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
