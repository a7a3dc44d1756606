import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { CommanderError } from 'commander';

import { registerEvaluate } from '../../lib/cli/commands/evaluate.js';
import { encodeImage } from '../../lib/image/codec/decode-encode.js';
import { solid } from '../../lib/image/image.js';
import { rejection } from '../models/rejection.js';
import { runCommand } from './run-command.js';

describe('oneiros evaluate detect', () => {
  const folder = mkdtempSync(join(tmpdir(), 'evaluate-detect-'));
  after(() => rmSync(folder, { recursive: true }));
  const write = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  };
  const evaluate = (gt: string, dt: string, ...args: readonly string[]) =>
    runCommand(registerEvaluate, ['evaluate', 'detect', '--gt', gt, '--dt', dt, '--json', ...args]);
  const voc = ['--protocol', 'voc2012'];

  const image = { id: 1, width: 100, height: 80 };
  const object = { id: 1, image_id: 1, category_id: 1, bbox: [10, 10, 40, 30] };
  const truth = { images: [image], categories: [{ id: 1, name: 'a' }], annotations: [object] };
  const found = { image_id: 1, category_id: 1, bbox: [10, 10, 40, 30], score: 0.9 };

  it('reports how many detections are left out, and why figures are undefined', async () => {
    const gt = write('gt.json', JSON.stringify(truth));
    const dt = write('dt.json', JSON.stringify([found, { ...found, category_id: 7 }]));
    const { results, said } = await evaluate(gt, dt);
    expect(said).to.deep.equal(['left out 1 of 2 detections: the truth does not list the category 7']);
    expect(results[0]).to.deep.include({ APs: -1, leftOut: { annotations: 0, detections: 1 } });
    expect(results[0]).to.have.nested.property('undefined.APs', 'the truth has no small object to find');
    expect(results[0]).to.have.property('AP').that.is.closeTo(1, 1e-12);
    const { categories, ...rest } = truth;
    expect(categories).to.have.length(1);
    const bare = write('bare.json', JSON.stringify(rest));
    expect(await rejection(evaluate(bare, dt)))
      .to.contain('bare.json')
      .and.contain('no list "categories"');
    expect(await rejection(evaluate(gt, dt, '--units', 'relative'))).to.contain('for folders of text files');
  });

  it("reads Pascal's XML with detections in text, whose boxes are then two corners", async () => {
    const box = '<bndbox><xmin>10</xmin><ymin>10</ymin><xmax>50</xmax><ymax>40</ymax></bndbox>';
    const gt = dirname(
      write('xml/gt/a.xml', `<annotation><object><name>traffic light</name>${box}</object></annotation>`),
    );
    const dt = dirname(write('xml/dt/a.txt', 'traffic light 0.9 10 10 50 40'));
    const { results, said } = await evaluate(gt, dt, ...voc, '--iou', '0.99');
    expect(results[0]).to.deep.include({ mAP: 1, perClass: { 'traffic light': 1 } });
    expect(said.join()).to.contain('two corners');
    // Read as corner and size, 31·41 of 41·51 pixels are in common: IoU .61.
    const other = await evaluate(gt, dt, ...voc, '--iou', '0.62', '--boxes', 'xywh');
    expect(other.results[0]).to.deep.include({ mAP: 0 });
    const utf16 = Buffer.from('\ufeff<annotation></annotation>', 'utf16le');
    expect(await rejection(evaluate(dirname(write('utf16/a.xml', utf16)), dt, ...voc)))
      .to.contain('a.xml')
      .and.contain('is not UTF-8 text: save it as UTF-8');
    write('xml/gt/b.txt', 'traffic light 1 1 5 5');
    expect(await rejection(evaluate(gt, dt, ...voc))).to.contain('there are both');
  });

  it('never reads relative boxes as pixels, and converts them by the sizes of pictures', async () => {
    const gt = dirname(write('yolo/gt/a.txt', '0 0.5 0.5 0.4 0.4'));
    const dt = dirname(write('yolo/dt/a.txt', '0 0.5 0.5 0.2 0.2 0.9'));
    const pictures = dirname(
      write('yolo/images/a.png', await encodeImage(solid({ width: 50, height: 20 }, [0, 0, 0]), 'png')),
    );
    expect(await rejection(evaluate(gt, dt, ...voc))).to.contain('fractions of the picture');
    const yolo = ['--units', 'relative', '--boxes', 'cxcywh', '--score', 'last', '--pictures', pictures];
    const mAP = async (iou: string) => (await evaluate(gt, dt, ...voc, ...yolo, '--iou', iou)).results[0];
    expect(await mAP('0.249')).to.include({ mAP: 1 });
    expect(await mAP('0.251')).to.include({ mAP: 0 });
    const unknown = yolo.slice(0, -2);
    expect(await rejection(evaluate(gt, dt, ...voc, ...unknown))).to.contain('of unknown size');
  });

  it("rejects --pixels for COCO's protocol, which has no whole pixels", async () => {
    const error: unknown = await evaluate('gt', 'dt', '--pixels', 'inclusive').catch(
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(CommanderError);
  });
});
