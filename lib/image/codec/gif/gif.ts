import type { Pixels, Samples } from '../../pixels.js';
import { ByteReader, corrupt, type Header, unsupported } from '../common/header.js';
import { unpackLzw } from '../common/lzw.js';

/** The logical screen of a GIF. @throws OneirosError `bad-input` if it is truncated */
export function gifHeader(bytes: Uint8Array): Header {
  const reader = new ByteReader(bytes, 'gif', true);
  return { format: 'gif', width: reader.u16(6), height: reader.u16(8) };
}

/** The first frame, with its position on the logical screen. */
interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly interlaced: boolean;
  readonly palette: Uint8Array;
  /** The index of the transparent color; −1 if there is none. */
  readonly transparent: number;
  readonly codeBits: number;
  readonly data: Uint8Array;
}

/**
 * The first frame of a GIF on its (transparent) logical screen. Own code, because for short data jimp's reader prints a
 * message to standard output instead of throwing.
 * @throws OneirosError `bad-input` if the file is truncated or corrupt
 */
export function decodeGif(bytes: Uint8Array): Pixels {
  const { width, height } = gifHeader(bytes);
  const { frame, indices } = indexedFrame(bytes);
  const data = new Uint8Array(4 * width * height);
  indices.forEach((index, i) => {
    if (index === frame.transparent) return;
    if (3 * index + 3 > frame.palette.length) throw corrupt('gif', `color ${index} is not in its palette`);
    const [row, column] = [Math.floor(i / frame.width), i % frame.width];
    const target = 4 * ((frame.y + row) * width + frame.x + column);
    data.set(frame.palette.subarray(3 * index, 3 * index + 3), target);
    data[target + 3] = 255;
  });
  return { width, height, data };
}

/**
 * The palette indices of the first frame; the transparent index is kept.
 * @throws OneirosError `bad-input` if the file is truncated or corrupt; `unsupported` if the frame does not cover the
 *   whole picture
 */
export function gifSamples(bytes: Uint8Array): Samples {
  const { width, height } = gifHeader(bytes);
  const { frame, indices } = indexedFrame(bytes);
  if (frame.width !== width || frame.height !== height) throw unsupported('gif', 'partly painted');
  return { width, height, kind: 'palette', bits: 8, channels: 1, data: indices, palette: frame.palette };
}

/** The first frame and its indices, rows from the top. */
function indexedFrame(bytes: Uint8Array): { readonly frame: Frame; readonly indices: Uint8Array } {
  const { width, height } = gifHeader(bytes);
  const frame = firstFrame(new ByteReader(bytes, 'gif', true));
  if (frame.x + frame.width > width || frame.y + frame.height > height)
    throw corrupt('gif', 'its first frame extends outside the picture');
  const stored = unpack(frame, frame.width * frame.height);
  if (!frame.interlaced) return { frame, indices: stored };
  const indices = new Uint8Array(stored.length);
  interlacedRows(frame.height).forEach((row, line) => {
    indices.set(stored.subarray(line * frame.width, (line + 1) * frame.width), row * frame.width);
  });
  return { frame, indices };
}

function firstFrame(reader: ByteReader): Frame {
  const screen = reader.u8(10);
  const globalPalette = reader.slice(13, paletteBytes(screen));
  let transparent = -1;
  for (let at = 13 + globalPalette.length; ;) {
    const block = reader.u8(at);
    if (block === 0x21) {
      const graphicControl = reader.u8(at + 1) === 0xf9;
      if (graphicControl && (reader.u8(at + 3) & 1) === 1) transparent = reader.u8(at + 6);
      at = subBlocks(reader, at + 2).end;
    } else if (block === 0x2c) {
      const flags = reader.u8(at + 9);
      const localPalette = reader.slice(at + 10, paletteBytes(flags));
      const dataAt = at + 10 + localPalette.length;
      return {
        x: reader.u16(at + 1),
        y: reader.u16(at + 3),
        width: reader.u16(at + 5),
        height: reader.u16(at + 7),
        interlaced: (flags & 0x40) !== 0,
        palette: localPalette.length > 0 ? localPalette : globalPalette,
        transparent,
        codeBits: reader.u8(dataAt),
        data: subBlocks(reader, dataAt + 1).data,
      };
    } else throw corrupt('gif', `byte ${at} begins neither a frame nor an extension`);
  }
}

function paletteBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

/** The data of a chain of sub-blocks. Each begins with its length; one of length 0 ends the chain. */
function subBlocks(reader: ByteReader, start: number): { data: Uint8Array; end: number } {
  let end = start;
  let length = 0;
  for (; reader.u8(end) !== 0; end += 1 + reader.u8(end)) length += reader.u8(end);
  const data = new Uint8Array(length);
  for (let at = start, filled = 0; at < end; at += 1 + reader.u8(at)) {
    data.set(reader.slice(at + 1, reader.u8(at)), filled);
    filled += reader.u8(at);
  }
  return { data, end: end + 1 };
}

/** `count` palette indices from LZW codes, which are packed from the lowest bit. */
function unpack({ data, codeBits }: Frame, count: number): Uint8Array {
  if (codeBits < 1 || codeBits > 8) throw corrupt('gif', `its LZW codes begin with ${codeBits} bits`);
  return unpackLzw(data, 'gif', count, { bits: codeBits, highestFirst: false, early: false });
}

/** The row numbers in the order in which an interlaced frame stores them. */
function interlacedRows(height: number): number[] {
  const passes = [
    [0, 8],
    [4, 8],
    [2, 4],
    [1, 2],
  ] as const;
  return passes.flatMap(([start, step]) =>
    Array.from({ length: Math.max(0, Math.ceil((height - start) / step)) }, (_, i) => start + i * step),
  );
}
