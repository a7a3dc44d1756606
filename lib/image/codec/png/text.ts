import { OneirosError } from '../../../base/errors.js';
import { concatenate, latin1 } from '../common/bytes.js';
import { pngChunk, pngChunks, pngFile } from './png.js';

/**
 * The uncompressed texts of a PNG file (its tEXt and iTXt chunks) by keyword; of a repeated keyword, the last text.
 * @throws OneirosError `bad-input` if it is not a PNG file, truncated or corrupt
 */
export function readPngText(bytes: Uint8Array): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const { type, data } of pngChunks(bytes)) {
    const keywordEnd = data.indexOf(0);
    if (keywordEnd < 0) continue;
    const keyword = latin1(data.subarray(0, keywordEnd));
    if (type === 'tEXt') texts.set(keyword, latin1(data.subarray(keywordEnd + 1)));
    if (type === 'iTXt' && data[keywordEnd + 1] === 0) {
      // Two bytes about compression, then the language and the translated keyword, both zero-terminated.
      const languageEnd = data.indexOf(0, keywordEnd + 3);
      const translationEnd = data.indexOf(0, languageEnd + 1);
      if (languageEnd > 0 && translationEnd > 0)
        texts.set(keyword, new TextDecoder().decode(data.subarray(translationEnd + 1)));
    }
  }
  return texts;
}

/**
 * Adds texts to a PNG file after its header and replaces texts with the same keywords: in tEXt chunks if Latin-1 can
 * encode the text, else in iTXt. The compressed pixels are not changed.
 * @param texts texts (without NUL) by keyword (1–79 printable ASCII characters)
 * @throws OneirosError `bad-argument` for a keyword or text that PNG cannot store; `bad-input` if it is not a PNG file,
 *   truncated or corrupt
 */
export function writePngText(
  bytes: Uint8Array,
  texts: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const added = Object.entries(texts).map(([keyword, text]) => textChunk(keyword, text));
  const [header, ...rest] = [...pngChunks(bytes)];
  const kept = rest.filter(({ type, data }) => {
    if (type !== 'tEXt' && type !== 'iTXt' && type !== 'zTXt') return true;
    return !Object.hasOwn(texts, latin1(data.subarray(0, Math.max(0, data.indexOf(0)))));
  });
  return pngFile([header!.bytes, ...added, ...kept.map((chunk) => chunk.bytes)]);
}

function textChunk(keyword: string, text: string): Uint8Array {
  if (!/^[!-~]([ -~]{0,77}[!-~])?$/.test(keyword))
    throw new OneirosError(
      'bad-argument',
      `a PNG text keyword must be 1 to 79 printable ASCII characters, not ${JSON.stringify(keyword)}`,
    );
  if (text.includes('\0'))
    throw new OneirosError(
      'bad-argument',
      `the PNG text ${JSON.stringify(keyword)} contains a NUL character`,
    );
  const key = new TextEncoder().encode(`${keyword}\0`);
  // eslint-disable-next-line no-control-regex -- Latin-1 is exactly this range
  if (/^[\x01-\xff]*$/.test(text))
    return pngChunk('tEXt', concatenate([key, Uint8Array.from(text, (letter) => letter.charCodeAt(0))]));
  const utf8 = new TextEncoder().encode(text);
  return pngChunk('iTXt', concatenate([key, Uint8Array.of(0, 0, 0, 0), utf8]));
}
