/** The path of Chromium: what CHROMIUM_PATH says, else one on the path, else where it is usually installed. */
export function findChromium(): string | undefined;
/** What to do where there is none. */
export const howToGetChromium: string;
/** Flags for tests: no traffic of its own, and WebGPU in software where there is no GPU. */
export const chromiumFlags: string[];
