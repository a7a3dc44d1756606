/** The path of Chromium: CHROMIUM_PATH, otherwise one on the PATH, otherwise one of the usual locations. */
export function findChromium(): string | undefined;
/** What to do if there is none. */
export const howToGetChromium: string;
/** Flags for tests: no background traffic, and WebGPU in software if there is no GPU. */
export const chromiumFlags: string[];
