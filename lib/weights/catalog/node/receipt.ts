import { fileSize } from '../../../files/file-size.js';
import { readSmallText } from '../../../files/read.js';
import { writeFileAtomic } from '../../../files/write.js';

/** The note of a pulled and verified file; it is written before the file is renamed to its final name. */
export interface Receipt {
  readonly size: number;
  readonly sha256: string;
}

const pathOf = (path: string) => `${path}.sha256`;

/** Like a line of `sha256sum`, but with the size in place of the file's name. */
export async function writeReceipt(path: string, { size, sha256 }: Receipt): Promise<void> {
  await writeFileAtomic(pathOf(path), new TextEncoder().encode(`${sha256} ${size}\n`));
}

export async function readReceipt(path: string): Promise<Receipt | null> {
  const text = (await readSmallText(pathOf(path))) ?? '';
  const [, sha256, size] = /^([0-9a-f]{64}) (\d{1,15})\n$/.exec(text) ?? [];
  return sha256 === undefined ? null : { sha256, size: Number(size) };
}

export const receiptPath = pathOf;

/** Whether the file has a receipt and still has the size in it. */
export async function isWhole(path: string): Promise<boolean> {
  const receipt = await readReceipt(path);
  return receipt !== null && receipt.size === (await fileSize(path));
}
