import { OneirosError } from '../../../base/errors.js';

/** The formats of picture files that can be read. */
export type Format = 'jpeg' | 'png' | 'gif' | 'bmp' | 'tiff';

/** The format and size that a file's header states. */
export interface Header {
  readonly format: Format;
  /** In pixels, before any EXIF rotation. */
  readonly width: number;
  readonly height: number;
}

/** Reads numbers from an image file. Reading past the end throws the "truncated" error. */
export class ByteReader {
  private readonly view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    readonly format: Format,
    private readonly littleEndian: boolean,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(at: number): number {
    this.need(at, 1);
    return this.view.getUint8(at);
  }

  u16(at: number): number {
    this.need(at, 2);
    return this.view.getUint16(at, this.littleEndian);
  }

  u32(at: number): number {
    this.need(at, 4);
    return this.view.getUint32(at, this.littleEndian);
  }

  i32(at: number): number {
    this.need(at, 4);
    return this.view.getInt32(at, this.littleEndian);
  }

  /** `length` bytes from `at` on, not copied. */
  slice(at: number, length: number): Uint8Array {
    this.need(at, length);
    return this.bytes.subarray(at, at + length);
  }

  /** All bytes from `at` on, not copied. */
  from(at: number): Uint8Array {
    this.need(at, 0);
    return this.bytes.subarray(at);
  }

  need(at: number, length: number): void {
    if (at + length > this.bytes.length) throw truncated(this.format, this.bytes.length, at + length);
  }
}

const names: Record<Format, string> = { jpeg: 'JPEG', png: 'PNG', gif: 'GIF', bmp: 'BMP', tiff: 'TIFF' };

export function truncated(format: Format, length: number, needed: number): OneirosError {
  return new OneirosError(
    'bad-input',
    `the ${names[format]} file is truncated: it ends after ${length} bytes but needs at least ${needed}`,
  );
}

export function corrupt(format: Format, detail: string, cause?: unknown): OneirosError {
  return new OneirosError('bad-input', `the ${names[format]} file is corrupt: ${detail}`, { cause });
}

/** @param feature an adjective: "tiled" */
export function unsupported(format: Format, feature: string): OneirosError {
  return new OneirosError(
    'unsupported',
    `${feature} ${names[format]} files are not supported: convert the picture to an 8-bit PNG or a baseline JPEG`,
  );
}

/** @throws OneirosError `bad-input` if there are no pixels; `too-large` if there are more than `maxPixels` */
export function checkPixels({ format, width, height }: Header, maxPixels: number): void {
  if (width < 1 || height < 1) throw corrupt(format, `its size is ${width}×${height} pixels`);
  if (width * height > maxPixels)
    throw new OneirosError(
      'too-large',
      `the ${names[format]} file has ${width}×${height} pixels, over the limit of ${maxPixels}: scale it down, or raise maxPixels`,
    );
}
