import { round, svgDocument, svgText } from './text.js';

/** Okabe and Ito's palette, which readers with red-green color blindness can tell apart. */
const colors = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];

/** The color of a series by its index from 0; the colors repeat. */
export function seriesColor(index: number): string {
  return colors[index % colors.length]!;
}

/** An axis of a chart, from its lowest to its highest value. */
export interface Axis {
  readonly label?: string;
  readonly low: number;
  readonly high: number;
  /** Values that get a grid line and a number. */
  readonly ticks: readonly number[];
  /** The number at a tick. @default the tick's value */
  readonly text?: (tick: number) => number;
}

export interface ChartLayout {
  readonly title: string;
  /** In pixels, as are the height and the margins. */
  readonly width: number;
  readonly height: number;
  readonly margin: {
    readonly left: number;
    readonly right: number;
    readonly top: number;
    readonly bottom: number;
  };
  readonly x: Axis;
  readonly y: Axis;
}

/** From values to positions in a chart, in pixels from the top left. */
export interface ChartScales {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

/**
 * A chart with a title, axes and a grid.
 * @param draw returns the elements inside it, one per line
 */
export function chartSvg(layout: ChartLayout, draw: (scales: ChartScales) => readonly string[]): string {
  const scales = scalesOf(layout);
  return svgDocument(layout.title, layout, [
    svgText(layout.margin.left, 20, layout.title, { size: 14 }),
    ...axes(layout, scales),
    ...draw(scales),
  ]);
}

function scalesOf({ width, height, margin, x, y }: ChartLayout): ChartScales {
  const across = width - margin.left - margin.right;
  const up = height - margin.top - margin.bottom;
  return {
    x: (value) => round(margin.left + ((value - x.low) / (x.high - x.low)) * across),
    y: (value) => round(height - margin.bottom - ((value - y.low) / (y.high - y.low)) * up),
  };
}

function axes({ x, y }: ChartLayout, at: ChartScales): readonly string[] {
  const [left, right] = [at.x(x.low), at.x(x.high)];
  const [bottom, top] = [at.y(y.low), at.y(y.high)];
  const [middle, center] = [(left + right) / 2, (bottom + top) / 2];
  return [
    ...x.ticks.map((tick) => `<path d="M${at.x(tick)} ${bottom}V${top}" stroke="#ddd"/>`),
    ...y.ticks.map((tick) => `<path d="M${left} ${at.y(tick)}H${right}" stroke="#ddd"/>`),
    ...x.ticks.map((tick) => svgText(at.x(tick), bottom + 16, textAt(x, tick), { anchor: 'middle' })),
    ...y.ticks.map((tick) => svgText(left - 6, at.y(tick) + 4, textAt(y, tick), { anchor: 'end' })),
    ...(x.label === undefined ? [] : [svgText(middle, bottom + 34, x.label, { anchor: 'middle' })]),
    ...(y.label === undefined
      ? []
      : [
          `<g transform="translate(14 ${center}) rotate(-90)">${svgText(0, 0, y.label, { anchor: 'middle' })}</g>`,
        ]),
  ];
}

function textAt({ text = (value) => value }: Axis, tick: number): number {
  return round(text(tick));
}

/** A line through points. */
export function linePath(
  points: readonly (readonly [x: number, y: number])[],
  color: string,
  { faint = false }: { faint?: boolean } = {},
): string {
  return strokedPath(`M${points.map(([x, y]) => `${x} ${y}`).join('L')}`, color, { faint });
}

/** @param d the path data, as in SVG's `d` attribute */
export function strokedPath(d: string, color: string, { faint = false }: { faint?: boolean } = {}): string {
  const look = faint ? 'stroke-opacity=".35"' : 'stroke-width="2"';
  return `<path d="${d}" fill="none" stroke="${color}" ${look}/>`;
}

/** The names of series, one below another, each next to a dash of its color; (x, y) is the baseline of the first. */
export function legend(names: readonly string[], x: number, y: number): readonly string[] {
  return names.map((name, i) => {
    const line = y + 15 * i;
    return `<path d="M${x} ${line - 4}h16" stroke="${seriesColor(i)}" stroke-width="2"/>${svgText(x + 22, line, name)}`;
  });
}

/** The smallest 1, 2 or 5 times a power of ten that is at least `least`, which must be > 0. */
export function tickSpacing(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((digit) => digit * power >= least) ?? 10);
}

/** The multiples of a spacing from `low` to `high`. */
export function ticksBetween(low: number, high: number, spacing: number): readonly number[] {
  const first = Math.ceil(low / spacing);
  const count = Math.floor(high / spacing + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => (first + i) * spacing);
}
