/** Text escaped for an element or a double-quoted attribute. */
function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Rounded, to keep long paths short. */
export function round(value: number, digits = 2): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

/**
 * An SVG document with a title and a white background; its text is in the system's sans-serif font at 11 pixels.
 * @param body its elements, one per line
 */
export function svgDocument(
  title: string,
  { width, height, fill = '#333' }: { width: number; height: number; fill?: string },
  body: readonly string[],
): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
      `font-family="system-ui, sans-serif" font-size="11" fill="${fill}">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

/** A line of text at its baseline. */
export function svgText(
  x: number,
  y: number,
  content: string | number,
  { anchor, size }: { anchor?: 'middle' | 'end'; size?: number } = {},
): string {
  const anchored = anchor === undefined ? '' : ` text-anchor="${anchor}"`;
  const sized = size === undefined ? '' : ` font-size="${size}"`;
  return `<text x="${x}" y="${y}"${anchored}${sized}>${escapeXml(String(content))}</text>`;
}
