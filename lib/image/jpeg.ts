import { ByteReader, corrupt, truncated, unsupported, type Header } from './bytes.js';

const endOfImage = 0xd9;
const startOfScan = 0xda;

/**
 * The frame header of a JPEG (ITU T.81, B.2.2), and whether the file goes on to its end.
 * @throws OneirosError `bad-input` if it is truncated or corrupt; `unsupported` if it is lossless, arithmetic-coded or 12-bit
 */
export function jpegHeader(bytes: Uint8Array): Header {
  const reader = new ByteReader(bytes, 'jpeg', false);
  for (let at = 2; ;) {
    if (reader.u8(at) !== 0xff) throw corrupt('jpeg', `there is no marker at byte ${at}`);
    while (reader.u8(at) === 0xff) at++; // any number of fill bytes
    const marker = bytes[at++]!;
    if (marker === 0 || marker === endOfImage || marker === startOfScan)
      throw corrupt('jpeg', `it has no frame header before byte ${at}`);
    if (isFrame(marker)) return frameHeader(reader, at, marker);
    at += Math.max(2, reader.u16(at));
  }
}

/** SOF0–SOF15, but for the three numbers among them that are other markers (DHT, JPG, DAC). */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function frameHeader(reader: ByteReader, at: number, marker: number): Header {
  if (marker > 0xc2)
    throw unsupported('jpeg', marker === 0xc3 ? 'lossless' : 'arithmetic-coded or hierarchical');
  const precision = reader.u8(at + 2);
  if (precision !== 8) throw unsupported('jpeg', `${precision}-bit`);
  const components = reader.u8(at + 7);
  // The decoder takes memory for each component, so their number is checked here.
  if (![1, 3, 4].includes(components)) throw corrupt('jpeg', `it has ${components} colour components`);
  for (let i = 0; i < components; i++) {
    const sampling = reader.u8(at + 9 + 3 * i);
    if (!isSampling(sampling >> 4) || !isSampling(sampling & 15))
      throw corrupt('jpeg', `component ${i} has the sampling factors ${sampling >> 4}×${sampling & 15}`);
  }
  if (!hasEnd(reader.bytes, at)) throw truncated('jpeg', reader.bytes.length, reader.bytes.length + 2);
  return { format: 'jpeg', width: reader.u16(at + 5), height: reader.u16(at + 3) };
}

function isSampling(factor: number): boolean {
  return factor >= 1 && factor <= 4;
}

/** Whether an end-of-image marker follows; searched from the end, where it is but for trailing bytes. */
function hasEnd(bytes: Uint8Array, from: number): boolean {
  for (let i = bytes.length - 2; i > from; i--)
    if (bytes[i] === 0xff && bytes[i + 1] === endOfImage) return true;
  return false;
}
