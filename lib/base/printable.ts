/**
 * Characters that control a terminal instead of being shown: C0 and C1 controls (escape sequences begin with one), line
 * and paragraph separators, bidirectional controls, and lone surrogates.
 */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu;

/**
 * Text for one line of a terminal. Names of layers, labels and files come from outside and can hold any characters:
 * control characters are escaped, as `\u001b`.
 */
export function printable(line: string): string {
  return line.replace(unprintable, escaped);
}

/** An object as one line of JSON for a terminal: JSON.stringify does not escape all of these characters. */
export function printableJson(value: object): string {
  return printable(JSON.stringify(value));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
