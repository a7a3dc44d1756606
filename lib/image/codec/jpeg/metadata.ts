import { latin1 } from '../common/bytes.js';
import { ByteReader } from '../common/header.js';
import { exifOrientation, type Orientation } from '../common/orientation.js';
import { marker, type Segment } from './segments.js';

/** What the application segments state about the pixels. */
export class Metadata {
  jfif = false;
  /** The color transform in Adobe's segment: 0 none, 1 YCbCr, 2 YCCK; `null` without the segment. */
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
