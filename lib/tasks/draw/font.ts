import { own } from '../../base/own.js';
/** Width and height of a letter in dots; there is one empty dot between letters. */
export const glyphSize = { width: 5, height: 7 } as const;

/**
 * Letters of 5×7 dots: rows from the top, two hexadecimal digits each; the leftmost dot is the highest of five bits.
 */
const glyphs: Readonly<Record<string, string>> = {
  A: '0e11111f111111',
  B: '1e11111e11111e',
  C: '0e11101010110e',
  D: '1c12111111121c',
  E: '1f10101e10101f',
  F: '1f10101e101010',
  G: '0e11101711110f',
  H: '1111111f111111',
  I: '0e04040404040e',
  J: '0702020202120c',
  K: '11121418141211',
  L: '1010101010101f',
  M: '111b1515111111',
  N: '11191915131311',
  O: '0e11111111110e',
  P: '1e11111e101010',
  Q: '0e11111115120d',
  R: '1e11111e141211',
  S: '0e11100e01110e',
  T: '1f040404040404',
  U: '1111111111110e',
  V: '111111110a0a04',
  W: '11111115151b11',
  X: '11110a040a1111',
  Y: '11110a04040404',
  Z: '1f01020408101f',
  0: '0e11131519110e',
  1: '040c040404040e',
  2: '0e11010204081f',
  3: '1f02040201110e',
  4: '02060a121f0202',
  5: '1f101e0101110e',
  6: '0608101e11110e',
  7: '1f010204080808',
  8: '0e11110e11110e',
  9: '0e11110f01020c',
  '.': '00000000000c0c',
  ',': '000000000c0c08',
  ':': '000c0c000c0c00',
  '-': '0000001f000000',
  _: '0000000000001f',
  '/': '01010204081010',
  '%': '18190204081303',
  '(': '02040808080402',
  ')': '08040202020408',
  '+': '0004041f040400',
  '&': '0c12140815120d',
  "'": '04040000000000',
  '!': '04040404040004',
  '?': '0e110102040004',
};
/** Replaces letters that the font does not have. */
const unknown = '1f11111111111f';

/** The width of a text in dots. */
export function textWidth(text: string): number {
  return Math.max(0, lettersOf(text).length * (glyphSize.width + 1) - 1);
}

/** Calls `dot` for each dot of a text, from its upper left corner. Text is drawn in capitals and without accents. */
export function eachDot(text: string, dot: (x: number, y: number) => void): void {
  lettersOf(text).forEach((letter, place) => {
    if (letter === ' ') return;
    const rows = own(glyphs, letter) ?? unknown;
    for (let y = 0; y < glyphSize.height; y++) {
      const bits = parseInt(rows.slice(2 * y, 2 * y + 2), 16);
      for (let x = 0; x < glyphSize.width; x++)
        if ((bits >> (glyphSize.width - 1 - x)) & 1) dot(place * (glyphSize.width + 1) + x, y);
    }
  });
}

function lettersOf(text: string): readonly string[] {
  return Array.from(text.normalize('NFD').replace(/\p{M}/gu, '').toUpperCase());
}
