import { ByteReader } from '../header.js';
import { exifOrientation } from '../orientation.js';
import type { Orientation } from '../../pixels.js';
import { latin1 } from '../png/png.js';
import { marker, type Segment } from './segments.js';

/** What the application segments say of the pixels. */
export class Metadata {
  jfif = false;
  /** What Adobe's segment says of the colors: 0 as they are, 1 YCbCr, 2 YCCK. */
  transform: number | null = null;
  orientation: Orientation | null = null;

  read({ marker: code, data }: Segment): void {
    if (code === marker.app0) this.jfif ||= begins(data, 'JFIF\0') && data.length >= 14;
    else if (code === marker.app1 && begins(data, 'Exif\0\0')) this.orientation ??= exifOrientation(data);
    else if (code === marker.app14 && begins(data, 'Adobe') && data.length >= 12)
      this.transform = new ByteReader(data, 'jpeg', false).u8(11);
  }
}

function begins(data: Uint8Array, text: string): boolean {
  return latin1(data.subarray(0, text.length)) === text;
}
