import { ByteReader, corrupt, truncated } from '../common/header.js';

/** A marker segment of a JPEG file (ITU T.81, table B.1). */
export interface Segment {
  readonly marker: number;
  readonly data: Uint8Array;
  /** The entropy-coded data after a scan header; empty for other segments. */
  readonly coded: Uint8Array;
  /** The whole segment as stored, marker included. */
  readonly bytes: Uint8Array;
}

export const marker = {
  startOfImage: 0xd8,
  endOfImage: 0xd9,
  startOfScan: 0xda,
  quantization: 0xdb,
  huffman: 0xc4,
  restartInterval: 0xdd,
  hierarchy: 0xde,
  expansion: 0xdf,
  app0: 0xe0,
  app1: 0xe1,
  app14: 0xee,
  app15: 0xef,
  comment: 0xfe,
} as const;

/**
 * The segments up to the end-of-image marker; data after it is ignored.
 * @throws OneirosError `bad-input` if the file ends before that marker, or a marker is missing
 */
export function* segments(bytes: Uint8Array): Generator<Segment, void> {
  const reader = new ByteReader(bytes, 'jpeg', false);
  for (let at = 2; ;) {
    const from = at;
    if (reader.u8(at) !== 0xff) throw corrupt('jpeg', `there is no marker at byte ${at}`);
    while (reader.u8(at) === 0xff) at++; // any number of fill bytes
    const code = bytes[at++]!;
    if (code === marker.endOfImage) return;
    if (code === 0 || code === marker.startOfImage || isRestart(code))
      throw corrupt('jpeg', `byte ${at - 1} is not a segment marker`);
    const length = reader.u16(at);
    if (length < 2) throw corrupt('jpeg', `the segment at byte ${at} has a length of ${length} bytes`);
    const data = reader.slice(at + 2, length - 2);
    const codedAt = at + length;
    at = code === marker.startOfScan ? codedEnd(bytes, codedAt) : codedAt;
    yield { marker: code, data, coded: bytes.subarray(codedAt, at), bytes: bytes.subarray(from, at) };
  }
}

/** The end of a scan's data: the first marker except stuffed bytes (FF 00) and restart markers. */
function codedEnd(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next !== undefined && next !== 0 && next !== 0xff && !isRestart(next)) return at;
  }
  throw truncated('jpeg', bytes.length, bytes.length + 2);
}

function isRestart(code: number): boolean {
  return code >= 0xd0 && code <= 0xd7;
}
