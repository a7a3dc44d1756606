import { ByteReader, corrupt, unsupported } from '../common/header.js';
import type { Segment } from './segments.js';

/** The frame header of a JPEG (ITU T.81, B.2.2): the size and the components. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly progressive: boolean;
  readonly components: readonly Component[];
  /** The maximum of the components' sampling factors, across and down. */
  readonly across: number;
  readonly down: number;
}

export interface Component {
  readonly id: number;
  /** The sampling factors, which are the blocks in an interleaved unit, across and down: 1 … 4. */
  readonly across: number;
  readonly down: number;
  /** The number of blocks of 8×8 samples, across and down. */
  readonly columns: number;
  readonly rows: number;
}

/** SOF0–SOF15, without the three other markers in this range (DHT, JPG, DAC). */
export function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

export function frameOf({ marker, data }: Segment): Frame {
  const reader = new ByteReader(data, 'jpeg', false);
  if (marker === 0xc3) throw unsupported('jpeg', 'lossless');
  if (marker > 0xc8) throw unsupported('jpeg', 'arithmetic-coded');
  if (marker > 0xc2) throw unsupported('jpeg', 'hierarchical');
  const precision = reader.u8(0);
  if (precision !== 8) throw unsupported('jpeg', `${precision}-bit`);
  const [height, width, count] = [reader.u16(1), reader.u16(3), reader.u8(5)];
  if (count === 2) throw unsupported('jpeg', 'two-component');
  if (![1, 3, 4].includes(count)) throw corrupt('jpeg', `it has ${count} color components`);
  const written = Array.from({ length: count }, (_, i) => ({
    id: reader.u8(6 + 3 * i),
    across: reader.u8(7 + 3 * i) >> 4,
    down: reader.u8(7 + 3 * i) & 15,
  }));
  if (new Set(written.map(({ id }) => id)).size < count)
    throw corrupt('jpeg', 'two of its components have the same number');
  for (const { id, across, down } of written)
    if (!isSampling(across) || !isSampling(down))
      throw corrupt('jpeg', `component ${id} has the sampling factors ${across}×${down}`);
  const across = Math.max(...written.map((component) => component.across));
  const down = Math.max(...written.map((component) => component.down));
  if (written.some((component) => across % component.across > 0 || down % component.down > 0))
    throw unsupported('jpeg', 'fractionally subsampled');
  const components = written.map((component): Component => ({
    ...component,
    columns: Math.ceil(Math.ceil((width * component.across) / across) / 8),
    rows: Math.ceil(Math.ceil((height * component.down) / down) / 8),
  }));
  return { width, height, progressive: marker === 0xc2, components, across, down };
}

function isSampling(factor: number): boolean {
  return factor >= 1 && factor <= 4;
}

/** The number of interleaved units of a frame, across and down. */
export function unitsOf({ width, height, across, down }: Frame): readonly [number, number] {
  return [Math.ceil(width / (8 * across)), Math.ceil(height / (8 * down))];
}

/** The header of a scan (B.2.3): the components and coefficients in its data. */
export interface Scan {
  readonly components: readonly Component[];
  /** The first and the last coefficient, in zigzag order. */
  readonly first: number;
  readonly last: number;
  /** The length of its data in bytes. */
  readonly length: number;
}

export function scanOf({ data, coded }: Segment, frame: Frame): Scan {
  const reader = new ByteReader(data, 'jpeg', false);
  const count = reader.u8(0);
  const components = Array.from({ length: count }, (_, i) => {
    const id = reader.u8(1 + 2 * i);
    const component = frame.components.find((candidate) => candidate.id === id);
    if (component === undefined)
      throw corrupt('jpeg', `a scan has component ${id}, which is not in the frame`);
    return component;
  });
  const blocks = components.reduce((sum, { across, down }) => sum + across * down, 0);
  if (count < 1 || new Set(components).size < count || (count > 1 && blocks > 10))
    throw corrupt('jpeg', `a scan has ${count} components of ${blocks} blocks`);
  const at = 1 + 2 * count;
  const [first, last, bits] = [reader.u8(at), reader.u8(at + 1), reader.u8(at + 2)];
  const { length } = coded;
  if (!frame.progressive) return { components, first: 0, last: 63, length };
  const [high, low] = [bits >> 4, bits & 15];
  const dcOnly = first === 0 && last === 0;
  const acOnly = first >= 1 && first <= last && last <= 63 && count === 1;
  if (!(dcOnly || acOnly) || low > 13 || (high !== 0 && high !== low + 1))
    throw corrupt(
      'jpeg',
      `a scan of ${count} components has coefficients ${first}–${last}, bits ${high}–${low}`,
    );
  return { components, first, last, length };
}
