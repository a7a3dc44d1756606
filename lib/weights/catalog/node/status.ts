import { fileSize } from '../../../files/file-size.js';
import { BlockStore } from '../../download/node/blocks.js';
import { sha256Of } from '../../download/node/hash.js';
import type { CatalogEntry } from '../entry.js';
import type { ModelStatus, Verification } from '../model-status.js';
import { checksumDifference, matchesChecksum } from './expected-file.js';
import { modelPath } from './home.js';
import { readReceipt } from './receipt.js';

export async function statusOf(entry: CatalogEntry, home?: string): Promise<ModelStatus> {
  const path = modelPath(entry, home);
  const whole = await fileSize(path);
  if (entry.source.kind === 'shipped')
    return { entry, path, presence: whole === null ? 'absent' : 'shipped', bytes: whole ?? 0 };
  if (whole !== null && whole === (await readReceipt(path))?.size)
    return { entry, path, presence: 'here', bytes: whole };
  // A whole file without a receipt was not pulled, so it was not verified.
  const bytes = (whole ?? 0) + ((await fileSize(`${path}.part`)) ?? 0) + (await storedBlocks(path));
  return { entry, path, presence: bytes > 0 ? 'partly' : 'absent', bytes };
}

/** Compares the sha256 of a model's whole file with the published one and with the receipt. */
export async function verifyEntry(
  entry: CatalogEntry,
  home?: string,
  signal?: AbortSignal,
): Promise<Verification> {
  const status = await statusOf(entry, home);
  const whole = await fileSize(status.path);
  if (whole === null) return { ...status, result: 'unverified', sha256: null, detail: null };
  const sha256 = await sha256Of(status.path, signal);
  const receipt = await readReceipt(status.path);
  const detail = checksumMismatch(entry, sha256, receipt?.sha256 ?? null);
  const result = detail !== null ? 'damaged' : entry.checksum.kind === 'none' ? 'unchanged' : 'verified';
  return { ...status, result, sha256, detail };
}

function checksumMismatch(
  { checksum, source }: CatalogEntry,
  sha256: string,
  pulled: string | null,
): string | null {
  if (!matchesChecksum(sha256, checksum)) return checksumDifference(sha256, checksum);
  if (source.kind === 'shipped') return null;
  if (pulled === null) return 'it was not pulled by oneiros, so there is no checksum to compare it with';
  return pulled === sha256 ? null : `its sha256 is ${sha256}, but was ${pulled} when it was pulled`;
}

async function storedBlocks(path: string): Promise<number> {
  await using store = await BlockStore.open(path);
  return store?.stored ?? 0;
}
