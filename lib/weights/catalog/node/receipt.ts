import { fileSize } from '../../../files/file-size.js';
import { readSmallText } from '../../../files/read.js';
import { writeFileAtomic } from '../../../files/write.js';

/** What is written down of a file that was pulled whole and verified, before it gets its name. */
export interface Receipt {
  readonly size: number;
  readonly sha256: string;
}

const pathOf = (path: string) => `${path}.sha256`;

/** In the form that `sha256sum --check` reads, but for the size. */
export async function writeReceipt(path: string, { size, sha256 }: Receipt): Promise<void> {
  await writeFileAtomic(pathOf(path), new TextEncoder().encode(`${sha256} ${size}\n`));
}

export async function readReceipt(path: string): Promise<Receipt | null> {
  const text = (await readSmallText(pathOf(path))) ?? '';
  const [, sha256, size] = /^([0-9a-f]{64}) (\d{1,15})\n$/.exec(text) ?? [];
  return sha256 === undefined ? null : { sha256, size: Number(size) };
}

export const receiptPath = pathOf;

/** Whether the file is here as it was when it was verified, as far as its size tells. */
export async function isWhole(path: string): Promise<boolean> {
  const receipt = await readReceipt(path);
  return receipt !== null && receipt.size === (await fileSize(path));
}
