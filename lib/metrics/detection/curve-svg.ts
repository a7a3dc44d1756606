import { check, type OptionKinds } from '../../base/arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { withDefaults } from '../../base/options.js';
import type { PrecisionRecallCurve } from './curve.js';

export interface CurveSvgOptions {
  readonly title?: string;
  /** Side lengths of the picture in pixels. */
  readonly width?: number;
  readonly height?: number;
}

const svgKinds: OptionKinds<CurveSvgOptions> = { title: kind.text, width: kind.number, height: kind.number };

export const curveSvgDefaults = {
  title: 'Precision and recall',
  width: 480,
  height: 360,
} as const satisfies Required<CurveSvgOptions>;

/** Okabe and Ito's colors, which people who do not see red and green apart can tell from one another. */
const colors = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];
const margin = { left: 48, right: 16, top: 32, bottom: 44 };

/**
 * Precision over recall as an SVG picture: the measured curve thin, the falling envelope that average precision is the
 * area under thick, with a legend of names and AP.
 * @throws OneirosError `bad-argument` for a picture too small to draw in
 */
export function precisionRecallSvg(
  curves: readonly PrecisionRecallCurve[],
  options: CurveSvgOptions = {},
): string {
  check('precisionRecallSvg', { curves: [curves, kind.objects] }, options, svgKinds);
  const { title, width, height } = withDefaults(curveSvgDefaults, options);
  if (!(width >= 160 && height >= 120 && width <= 10_000 && height <= 10_000))
    throw new OneirosError(
      'bad-argument',
      `a chart is 160×120 to 10000×10000 pixels, not ${width}×${height}`,
    );
  const x = (recall: number) => round(margin.left + recall * (width - margin.left - margin.right));
  const y = (precision: number) =>
    round(height - margin.bottom - precision * (height - margin.top - margin.bottom));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
      'font-family="system-ui, sans-serif" font-size="11" fill="#333">',
    `<title>${escape(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${x(0)}" y="20" font-size="14">${escape(title)}</text>`,
    ...axes(x, y),
    ...curves.flatMap((curve, i) => drawCurve(curve, colors[i % colors.length]!, x, y)),
    ...curves.map((curve, i) =>
      legend(curve, colors[i % colors.length]!, x(0) + 10, y(0) - 8 - 15 * (curves.length - 1 - i)),
    ),
    '</svg>',
    '',
  ].join('\n');
}

type Axis = (value: number) => number;

function axes(x: Axis, y: Axis): string[] {
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1];
  return [
    ...ticks.map(
      (tick) => `<path d="M${x(0)} ${y(tick)}H${x(1)}M${x(tick)} ${y(0)}V${y(1)}" stroke="#ddd"/>`,
    ),
    ...ticks.map((tick) => `<text x="${x(0) - 6}" y="${y(tick) + 4}" text-anchor="end">${tick}</text>`),
    ...ticks.map((tick) => `<text x="${x(tick)}" y="${y(0) + 16}" text-anchor="middle">${tick}</text>`),
    `<text x="${x(0.5)}" y="${y(0) + 34}" text-anchor="middle">recall</text>`,
    `<text transform="translate(14 ${y(0.5)}) rotate(-90)" text-anchor="middle">precision</text>`,
  ];
}

function drawCurve({ recall, precision }: PrecisionRecallCurve, color: string, x: Axis, y: Axis): string[] {
  if (recall.length === 0 || recall[0]! < 0) return [];
  const envelope = precision.slice();
  for (let i = envelope.length - 2; i >= 0; i--) envelope[i] = Math.max(envelope[i]!, envelope[i + 1]!);
  const measured = Array.from(recall, (value, i) => `${x(value)} ${y(precision[i]!)}`).join('L');
  const steps = Array.from(recall, (value, i) => `V${y(envelope[i]!)}H${x(value)}`).join('');
  return [
    `<path d="M${measured}" fill="none" stroke="${color}" stroke-opacity=".35"/>`,
    `<path d="M${x(0)} ${y(envelope[0]!)}${steps}V${y(0)}" fill="none" stroke="${color}" stroke-width="2"/>`,
  ];
}

function legend(
  { category, threshold, ap }: PrecisionRecallCurve,
  color: string,
  x: number,
  y: number,
): string {
  const text = `${category}, IoU ≥ ${threshold}: AP ${ap < 0 ? 'undefined' : ap.toFixed(3)}`;
  return `<path d="M${x} ${y - 4}h16" stroke="${color}" stroke-width="2"/><text x="${x + 22}" y="${y}">${escape(text)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
