import type { Image, Size } from '../../../lib/image/image.js';
import { cellAt, fractal, hash, noise, smoothstep } from './noise.js';
import { blend, brighten, type Color, paint, rgb } from './paint.js';

/** A pane of glass: its color, and the point's distance from its edge in units of the picture's height. */
interface Pane {
  readonly color: Color;
  readonly edge: number;
  readonly id: number;
}

const blues = ['#0b2a8a', '#123fb5', '#1d63d1', '#0a1f66', '#2b8bd6', '#0f5f8f'].map(rgb);
const reds = ['#b3121d', '#d42a1f', '#8e0f2b', '#e5541b'].map(rgb);
const golds = ['#f2a516', '#ffc93c', '#e0791a', '#ffe27a'].map(rgb);
const greens = ['#0f7a3d', '#2fa14b', '#0b5a4a', '#86b83a'].map(rgb);
const lead = rgb('#0d0c10');
const leadWidth = 0.0055;

/** A rose window in a field of irregular panes, lit from behind. */
export function stainedGlass(size: Size, seed = 3): Image {
  const { width, height } = size;
  const middle = { x: width / height / 2, y: 0.5 };
  return paint(
    size,
    (px, py) => {
      // Lines in old glass are not quite straight.
      const [u, v] = [px / height, py / height];
      const x = u - middle.x + 0.004 * noise(9 * u, 9 * v, seed + 40);
      const y = v - middle.y + 0.004 * noise(9 * u, 9 * v, seed + 41);
      const pane = paneAt(x, y, seed);
      return glazed(pane, u, v, Math.hypot(x, y), seed);
    },
    3,
  );
}

function paneAt(x: number, y: number, seed: number): Pane {
  const radius = Math.hypot(x, y);
  const angle = Math.atan2(y, x) / (2 * Math.PI) + 0.5;
  if (radius > 0.47) return field(x, y, radius, seed);
  if (radius > 0.4) return ring(radius, angle, [0.4, 0.47], 48, [...blues, ...reds.slice(0, 2)], seed + 1);
  if (radius > 0.16) return petals(x, y, radius, angle, seed);
  if (radius > 0.115) return ring(radius, angle, [0.115, 0.16], 24, [...golds, ...greens], seed + 2);
  return heart(radius, angle, seed);
}

/** Panes of irregular shapes, mostly blue. */
function field(x: number, y: number, radius: number, seed: number): Pane {
  const scale = 13;
  const cell = cellAt(scale * x, scale * y, seed);
  const colors = cell.id < 0.72 ? blues : cell.id < 0.86 ? greens : reds;
  return {
    color: pick(colors, cell.id * 977),
    edge: Math.min(cell.edge / scale, radius - 0.47),
    id: cell.id,
  };
}

function ring(
  radius: number,
  angle: number,
  [from, to]: readonly [number, number],
  count: number,
  colors: readonly Color[],
  seed: number,
): Pane {
  const at = angle * count;
  const id = hash(Math.floor(at), 0, seed);
  const side = (Math.min(at % 1, 1 - (at % 1)) / count) * 2 * Math.PI * radius;
  return { color: pick(colors, id * 13), edge: Math.min(side, radius - from, to - radius), id };
}

/** Twelve petals with a medallion each; red between them. */
function petals(x: number, y: number, radius: number, angle: number, seed: number): Pane {
  const count = 12;
  const at = Math.floor(angle * count);
  const middle = ((at + 0.5) / count - 0.5) * 2 * Math.PI;
  const bounds = Math.min(radius - 0.16, 0.4 - radius);
  const medallion = 0.072 - Math.hypot(x - 0.318 * Math.cos(middle), y - 0.318 * Math.sin(middle));
  const across = (angle * count - at - 0.5) / count;
  const side = (0.5 / count - Math.abs(across)) * 2 * Math.PI * radius;
  const id = hash(at, Math.abs(across) * count > 0.25 ? 1 : 2, seed + 4);
  if (medallion > 0) {
    const inner = medallion - 0.026;
    const quarter = Math.floor(4 * ((Math.atan2(y, x) * 3) / Math.PI + radius * 30));
    const color =
      inner > 0 ? pick(golds, at) : pick(at % 2 === 0 ? greens : blues, hash(quarter, at, seed) * 9);
    return { color, edge: Math.min(medallion, Math.abs(inner)), id };
  }
  // A stem from the heart to the medallion.
  const stem = 0.028 * smoothstep(0.16, 0.3, radius) + 0.011;
  const leaf = stem - Math.abs(across) * 2 * Math.PI * radius;
  const inStem = radius < 0.3 && leaf > 0;
  const outside = radius > 0.318;
  const color = inStem ? pick(golds, id * 5) : outside ? pick(blues, id * 17) : pick(reds, id * 11);
  const edges = [bounds, -medallion, side, radius < 0.3 ? Math.abs(leaf) : Infinity];
  return { color, edge: Math.min(...edges), id };
}

function heart(radius: number, angle: number, seed: number): Pane {
  const count = 8;
  const at = angle * count;
  const across = Math.abs((at % 1) - 0.5) * 2;
  const petal = 0.045 + 0.06 * Math.sqrt(Math.max(0, 1 - across * across)) - radius;
  const side = (Math.min(at % 1, 1 - (at % 1)) / count) * 2 * Math.PI * radius;
  const id = hash(Math.floor(at), 5, seed);
  if (radius < 0.035) return { color: golds[1]!, edge: 0.035 - radius, id };
  const edge = Math.min(Math.abs(petal), radius - 0.035, 0.115 - radius, petal > 0 ? side : Infinity);
  return { color: petal > 0 ? pick(reds, id * 7) : pick(blues, 2 + id), edge, id };
}

function pick(colors: readonly Color[], number: number): Color {
  return colors[Math.floor(number) % colors.length]!;
}

/** Streaks, bubbles and dirt in the glass, the light behind it, and the lead around it. */
function glazed({ color, edge, id }: Pane, u: number, v: number, radius: number, seed: number): Color {
  const turn = 2 * Math.PI * id;
  const [a, b] = [u * Math.cos(turn) + v * Math.sin(turn), v * Math.cos(turn) - u * Math.sin(turn)];
  const streaks = fractal(14 * a, 70 * b, seed + Math.floor(100 * id), 4);
  const grain = fractal(120 * u, 120 * v, seed + 9, 3);
  const backlight = 1.2 - 0.5 * radius + 0.25 * fractal(3 * u, 3 * v, seed + 20, 3);
  const tone = backlight * (0.86 + 0.28 * id) * (1 + 0.55 * streaks + 0.22 * grain);
  const bright = smoothstep(0.25, 0.7, streaks + 0.35 * grain + 0.1);
  const glass = blend(brighten(color, tone), [1, 0.97, 0.86], 0.22 * bright);
  // Old dirt gathers along the lead; the lead itself shines a little in its middle.
  const dirt = 1 - 0.45 * smoothstep(0.014, leadWidth, edge);
  const shine = 0.1 * smoothstep(0.35 * leadWidth, 0, edge) * (0.5 + noise(60 * u, 60 * v, seed));
  const cover = smoothstep(leadWidth, leadWidth - 0.0018, edge);
  return blend(brighten(glass, dirt), blend(lead, [0.5, 0.5, 0.55], Math.max(0, shine)), cover);
}
