/** Text as the content of an element or of an attribute in double quotes. */
function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Rounded, so that a path of many points stays short. */
export function round(value: number, digits = 2): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

/**
 * A picture with a title on white, in the system's sans-serif font of 11 pixels.
 * @param body its elements, one a line
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
