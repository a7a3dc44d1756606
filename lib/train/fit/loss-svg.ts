/** A figure in the course of a run. */
export interface CurveLine {
  readonly name: string;
  /** Updates done and the figure, in their order. */
  readonly points: readonly (readonly [step: number, value: number])[];
}

/** Okabe and Ito's colors, which people who do not see red and green apart can tell from one another. */
const colors = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];
const [width, height] = [640, 400];
const margin = { left: 52, right: 16, top: 36, bottom: 44 };

/** Figures over the steps of a run as an SVG picture; each also smoothed, thick. */
export function lossSvg(lines: readonly CurveLine[], title = 'Training'): string {
  const points = lines.flatMap((line) => line.points);
  const end = Math.max(1, ...points.map(([step]) => step));
  const low = Math.min(0, ...points.map(([, value]) => value));
  const high = Math.max(low + 1e-9, ...points.map(([, value]) => value));
  const spacing = niceSpacing((high - low) / 5);
  const top = Math.ceil(high / spacing) * spacing;
  const x = (step: number) => round(margin.left + (step / end) * (width - margin.left - margin.right));
  const y = (value: number) =>
    round(height - margin.bottom - ((value - low) / (top - low)) * (height - margin.top - margin.bottom));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
      'font-family="system-ui, sans-serif" font-size="11" fill="#333">',
    `<title>${escape(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${x(0)}" y="20" font-size="14">${escape(title)}</text>`,
    ...ticks(0, end, niceSpacing(end / 6)).map(
      (step) =>
        `<path d="M${x(step)} ${y(low)}V${y(top)}" stroke="#ddd"/><text x="${x(step)}" y="${y(low) + 16}" text-anchor="middle">${step}</text>`,
    ),
    ...ticks(low, top, spacing).map(
      (value) =>
        `<path d="M${x(0)} ${y(value)}H${x(end)}" stroke="#ddd"/><text x="${x(0) - 6}" y="${y(value) + 4}" text-anchor="end">${round(value)}</text>`,
    ),
    `<text x="${x(end / 2)}" y="${y(low) + 34}" text-anchor="middle">step</text>`,
    ...lines.map((line, i) => draw(line, colors[i % colors.length]!, x, y)),
    ...lines.map(({ name, points: own }, i) => {
      const [at, last] = [margin.top + 14 + 15 * i, own.at(-1)?.[1]];
      return `<path d="M${x(end) - 150} ${at - 4}h16" stroke="${colors[i % colors.length]!}" stroke-width="2"/><text x="${x(end) - 128}" y="${at}">${escape(name)}${last === undefined ? '' : `: ${last.toPrecision(3)}`}</text>`;
    }),
    '</svg>',
    '',
  ].join('\n');
}

type Axis = (value: number) => number;

function draw({ points }: CurveLine, color: string, x: Axis, y: Axis): string {
  const path = (values: readonly number[]) =>
    points.map(([step], i) => `${i === 0 ? 'M' : 'L'}${x(step)} ${y(values[i]!)}`).join('');
  const values = points.map(([, value]) => value);
  if (points.length < 40) return `<path d="${path(values)}" fill="none" stroke="${color}" stroke-width="2"/>`;
  return (
    `<path d="${path(values)}" fill="none" stroke="${color}" stroke-opacity=".3"/>` +
    `<path d="${path(smoothed(values, 0.95))}" fill="none" stroke="${color}" stroke-width="2"/>`
  );
}

/** A running mean that forgets: each value counts `keep` of the next, corrected for its begin as Adam's are. */
export function smoothed(values: readonly number[], keep: number): readonly number[] {
  let mean = 0;
  return values.map((value, i) => {
    mean = keep * mean + (1 - keep) * value;
    return mean / (1 - keep ** (i + 1));
  });
}

const blocks = '▁▂▃▄▅▆▇█';

/** The course of a figure in one line of text, so many characters wide: a bar for the mean of each stretch. */
export function sparkline(values: readonly number[], columns: number): string {
  const count = Math.min(columns, values.length);
  const means = Array.from({ length: count }, (_, i) => {
    const part = values.slice(
      Math.floor((i * values.length) / count),
      Math.floor(((i + 1) * values.length) / count),
    );
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
  const [low, high] = [Math.min(...means), Math.max(...means)];
  return means
    .map((mean) => blocks[high > low ? Math.round(((mean - low) / (high - low)) * (blocks.length - 1)) : 0]!)
    .join('');
}

/** 1, 2 or 5 times a power of ten, no smaller than asked for. */
function niceSpacing(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((digit) => digit * power >= least) ?? 10);
}

function ticks(low: number, high: number, spacing: number): readonly number[] {
  const first = Math.ceil(low / spacing);
  const count = Math.floor(high / spacing + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => (first + i) * spacing);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
