import { open, rename, rm, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';

import { OneirosError } from '../../../base/errors.js';
import { readJson } from '../../../base/schema.js';
import { fileError } from '../../../files/file-errors.js';
import { fileSize } from '../../../files/file-size.js';
import { readSmallText } from '../../../files/read.js';
import { writeFileAtomic } from '../../../files/write.js';
import type { Answer, Http } from './http.js';
import { attempt } from './retry.js';
import { BeyondEnd, toFinal } from './transient-error.js';

/** The expected properties of a file. */
export interface Expected {
  /** The minimum size in bytes; equal to `largest` if the size is known. */
  readonly smallest: number;
  /** The maximum size in bytes. */
  readonly largest: number;
  /** Whether its contents are verified afterwards: only then may parts of unknown versions be joined. */
  readonly isVerified: boolean;
}

export interface DownloadOptions {
  readonly http: Http;
  readonly expected: Expected;
  readonly signal: AbortSignal | undefined;
  /** Called with the bytes that are stored and the expected total. */
  readonly onProgress: (done: number, total: number) => void;
}

/** The state that is saved when a download begins, to resume it later. */
const stateSchema = v.object({
  address: v.string(),
  size: v.nullable(v.number()),
  validator: v.nullable(v.string()),
});
type DownloadState = v.InferOutput<typeof stateSchema>;

/** Bytes that must stay free on the disk. */
const reservedSpace = 32 * 2 ** 20;

/**
 * Downloads a file to `<path>.part` and resumes where an earlier attempt ended. Afterwards the part is complete, but it
 * is not verified, and not yet at `path`.
 * @returns the path of the part
 * @throws OneirosError `not-found`, `too-large` if the disk is full, `bad-input` for a file of another size, `runtime`
 *   if all attempts fail
 */
export async function downloadWhole(
  address: string,
  path: string,
  options: DownloadOptions,
): Promise<string> {
  const download = new Download(address, `${path}.part`, options);
  const { patience } = options.http;
  try {
    await attempt(() => download.resume(), {
      patience,
      signal: options.signal,
      progress: () => download.received,
    });
  } catch (error) {
    throw toFinal(error, address);
  }
  return download.part;
}

/** Renames a verified part to its final path. */
export async function finish(part: string, path: string): Promise<void> {
  try {
    await using file = await open(part, 'r+');
    await file.sync();
  } catch (error) {
    throw fileError('write', part, error);
  }
  await rename(part, path);
  await forget(part);
}

/** Deletes a part and the state of its download. */
export async function forget(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(stateOf(part), { force: true });
}

const stateOf = (part: string) => `${part}.json`;

class Download {
  /** Bytes received over all attempts. */
  received = 0;

  constructor(
    readonly address: string,
    readonly part: string,
    readonly options: DownloadOptions,
  ) {}

  async resume(): Promise<void> {
    const { http, signal, expected } = this.options;
    const begun = await this.#begun();
    const stored = begun === null ? 0 : ((await fileSize(this.part)) ?? 0);
    const here = stored > (begun?.size ?? expected.largest) ? 0 : stored;
    if (begun !== null && begun.size === here) return;
    const range = here === 0 ? null : { begin: here, end: null, validator: begun?.validator ?? null };
    const answer = await http.get(this.address, range, signal).catch(async (error: unknown) => {
      if (error instanceof BeyondEnd) await forget(this.part);
      throw error;
    });
    try {
      checkSize(this.address, answer.size, expected);
      await checkSpace(this.part, (answer.size ?? expected.largest) - answer.begin);
      const { size, validator } = answer;
      if (!answer.isRange || begun === null) await this.#begin({ address: this.address, size, validator });
    } catch (error) {
      answer.discard();
      throw error;
    }
    await this.#take(answer);
  }

  /** The state of an earlier download that can be resumed; `null` if there is none. */
  async #begun(): Promise<DownloadState | null> {
    const begun = readJson(stateSchema, (await readSmallText(stateOf(this.part))) ?? '');
    const isSame =
      begun?.address === this.address && (begun.validator !== null || this.options.expected.isVerified);
    return isSame ? begun : null;
  }

  /** Deletes any earlier version, then saves the state of this one. */
  async #begin(begun: DownloadState): Promise<void> {
    await forget(this.part);
    await writeFileAtomic(stateOf(this.part), new TextEncoder().encode(JSON.stringify(begun)));
  }

  async #take({ begin, size, body }: Answer): Promise<void> {
    const { expected, onProgress } = this.options;
    const largest = size ?? expected.largest;
    let end = begin;
    await using file = await open(this.part, begin === 0 ? 'w' : 'r+');
    for await (const bytes of body) {
      if (end + bytes.length > largest) throw wrongSize(this.address, end + bytes.length, expected);
      await file.write(bytes, 0, bytes.length, end);
      end += bytes.length;
      this.received += bytes.length;
      onProgress(end, largest);
    }
    checkSize(this.address, end, expected);
  }
}

/** @throws OneirosError `bad-input` for a size that is not the expected one */
export function checkSize(address: string, size: number | null, expected: Expected): void {
  if (size !== null && (size < expected.smallest || size > expected.largest))
    throw wrongSize(address, size, expected);
}

function wrongSize(address: string, size: number, { smallest, largest }: Expected): OneirosError {
  const range = smallest === largest ? `${largest}` : `${smallest} to ${largest}`;
  return new OneirosError(
    'bad-input',
    `${address} is not the expected file: it has ${size} bytes, not ${range}`,
  );
}

/** @throws OneirosError `too-large` before anything is written, if the disk has no room */
async function checkSpace(path: string, bytes: number): Promise<void> {
  const free = await statfs(dirname(path)).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => Infinity,
  );
  if (free < bytes + reservedSpace)
    throw new OneirosError(
      'too-large',
      `${JSON.stringify(dirname(path))} has room for ${free} bytes, but the download needs ${bytes + reservedSpace}: free some space, or set ONEIROS_HOME to another folder`,
    );
}
