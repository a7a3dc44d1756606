/// <reference types="@jsquash/jpeg/emscripten-types.d.ts" />
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import createDecoder, { type MozJPEGModule } from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';

import type { Pixels } from '../../pixels.js';
import { corrupt } from '../common/header.js';

/** mozjpeg (libjpeg-turbo's decoder) in WebAssembly, with the warnings that it prints while decoding. */
interface Decoder {
  readonly module: MozJPEGModule;
  readonly warnings: string[];
}

/** Reused, because starting a decoder takes 40 times as long as decoding a small picture. */
let kept: Decoder | undefined;
/** A decoder of more pixels is not reused: its memory never shrinks. */
const maxKeptPixels = 2 ** 22;

/** Warnings of libjpeg that do not affect pixels: padding before a marker, unused numbers in a scan's header. */
const harmless = /extraneous bytes|Invalid SOS parameters/;

let compiled: Promise<WebAssembly.Module> | undefined;

/**
 * The pixels of a JPEG of one or three components with an Adobe segment.
 * @throws OneirosError `bad-input` if its data ends early or is invalid, which libjpeg would fill with gray
 */
export async function decodeByMozjpeg(plain: Uint8Array<ArrayBuffer>): Promise<Pixels> {
  const decoder = kept ?? (await newDecoder());
  kept = undefined;
  decoder.warnings.length = 0;
  const pixels = pixelsOf(decoder, plain);
  const damage = decoder.warnings.find((warning) => !harmless.test(warning));
  if (pixels === null || damage !== undefined)
    throw corrupt('jpeg', (damage ?? 'its data cannot be decoded').replace('Corrupt JPEG data: ', ''));
  if (pixels.width * pixels.height <= maxKeptPixels) kept = decoder;
  return pixels;
}

function pixelsOf({ module, warnings }: Decoder, plain: Uint8Array<ArrayBuffer>): Pixels | null {
  try {
    return module.decode(plain, false);
  } catch (error) {
    // An error of libjpeg prints its message, then exits the WebAssembly program, which throws.
    if (warnings.length === 0) throw error;
    return null;
  }
}

async function newDecoder(): Promise<Decoder> {
  const warnings: string[] = [];
  const code = await (compiled ??= compile());
  const options = {
    noInitialRun: true,
    printErr: (line: string) => warnings.push(line),
    instantiateWasm(imports: WebAssembly.Imports, ready: (instance: WebAssembly.Instance) => void) {
      const instance = new WebAssembly.Instance(code, imports);
      ready(instance);
      return instance.exports;
    },
  };
  return { module: await createDecoder(options), warnings };
}

async function compile(): Promise<WebAssembly.Module> {
  const path = createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm');
  return WebAssembly.compile(await readFile(path));
}
