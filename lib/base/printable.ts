/**
 * Characters that change what a terminal shows instead of being shown: C0 and C1 controls (escape sequences begin with one),
 * separators of lines and paragraphs, those that turn the direction of writing, and halves of pairs.
 */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu;

/**
 * Text for one line of a terminal. Names of layers, labels and files come from outside and can hold anything: what a terminal
 * would obey is written out, as `\u001b`.
 */
export function printable(line: string): string {
  return line.replace(unprintable, escaped);
}

/** An object as one line of JSON for a terminal: JSON.stringify leaves some of these characters as they are. */
export function printableJson(value: object): string {
  return printable(JSON.stringify(value));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
