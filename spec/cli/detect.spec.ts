import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';

import { registerDetect } from '../../lib/cli/commands/detect.js';
import { decodeImage, encodeImage } from '../../lib/image/codec/decode-encode.js';
import { solid } from '../../lib/image/image.js';
import { yolox } from '../networks/detector/small-yolox.js';
import { runCommand } from './run-command.js';

describe('oneiros detect', () => {
  const folder = mkdtempSync(join(tmpdir(), 'oneiros-detect-'));
  const at = (name: string) => join(folder, name);
  before(async () => {
    writeFileSync(at('model.onnx'), yolox([[20, [0.5, 0.5, 0, 0, 0.8, 1, 0]]]));
    writeFileSync(at('photo-12.jpg'), await encodeImage(solid({ width: 64, height: 64 }, [0, 0, 0]), 'jpeg'));
    writeFileSync(at('nameless.png'), await encodeImage(solid({ width: 32, height: 32 }, [0, 0, 0]), 'png'));
    writeFileSync(at('broken-13.jpg'), 'no picture');
    writeFileSync(
      at('annotations.json'),
      JSON.stringify({ images: [{ id: 99, file_name: 'photo-12.jpg' }], annotations: [], categories: [] }),
    );
  });
  after(() => rmSync(folder, { recursive: true }));
  const run = (...args: string[]) =>
    runCommand(registerDetect, ['detect', ...args, '--model', at('model.onnx'), '--json']);

  it('prints one line per picture, and writes pictures and COCO results', async () => {
    const { results } = await run(at('photo-12.jpg'), '--out', at('out'), '--coco', at('results.json'));
    const [result] = results;
    expect(result).to.have.keys('image', 'width', 'height', 'detections');
    expect(result).to.deep.include({ image: at('photo-12.jpg'), width: 64, height: 64 });
    const drawn = await decodeImage(readFileSync(at('out/photo-12.jpg')));
    expect([drawn.width, drawn.height]).to.deep.equal([64, 64]);
    expect(JSON.parse(readFileSync(at('results.json'), 'utf8'))).to.deep.equal([
      { image_id: 12, category_id: 0, bbox: [0, 0, 64, 64], score: Math.fround(0.8) },
    ]);
  });
  it('takes ids from annotations', async () => {
    await run(
      at('photo-12.jpg'),
      '--coco',
      at('results.json'),
      '--images',
      at('annotations.json'),
      '--score',
      '0.9',
    );
    expect(JSON.parse(readFileSync(at('results.json'), 'utf8'))).to.deep.equal([]);
  });
  it('never writes two pictures with the same COCO id: in folders, copies, one picture twice', async () => {
    for (const name of ['cam1/0001.png', 'cam2/0001.png', 'copies/holiday (1).png']) {
      mkdirSync(dirname(at(name)), { recursive: true });
      writeFileSync(at(name), await encodeImage(solid({ width: 32, height: 32 }, [0, 0, 0]), 'png'));
    }
    writeFileSync(
      at('cams.json'),
      '{"images": [{"id": 11, "file_name": "cam1/0001.png"}, {"id": 9007199254740993, "file_name": "cam2/0001.png"}]}',
    );
    const clash = async (...args: string[]) =>
      String(await run(...args, '--coco', at('ids.json')).catch((error: unknown) => error));
    const [first, second] = [at('cam1/0001.png'), at('cam2/0001.png')];
    expect(await clash(first, second))
      .to.contain('two pictures have the same image id')
      .and.contain(second);
    expect(await clash(first, at('copies/holiday (1).png'))).to.contain('the same image id');
    expect(await clash(first, first, '--images', at('cams.json'))).to.contain('the same image id');
    expect(existsSync(at('ids.json'))).to.be.false;
    await run(first, second, '--coco', at('ids.json'), '--images', at('cams.json'));
    const ids = readFileSync(at('ids.json'), 'utf8').match(/(?<="image_id":)\d+/g);
    expect(ids).to.deep.equal(['11', '9007199254740993']);
  });
  it('reads a whole folder, and skips files that are not pictures', async () => {
    const { results, said } = await run(folder);
    expect(results).to.have.length(2);
    expect(said.filter((line) => line.includes('broken-13.jpg'))).to.have.length(1);
  });
  it('processes a folder in batches, in order, with one step of progress per picture', async () => {
    mkdirSync(at('many'));
    const names = ['1.png', '2.png', '3.png', '4.png', '5.png', '6.png'].map((name) => at(`many/${name}`));
    for (const [i, path] of names.entries())
      writeFileSync(path, await encodeImage(solid({ width: 32 + i, height: 40 }, [0, 0, 0]), 'png'));
    writeFileSync(names[2]!, 'no picture');
    for (const batch of ['1', '4', '9']) {
      const steps: number[] = [];
      const { results, said } = await runCommand(
        registerDetect,
        ['detect', at('many'), '--model', at('model.onnx'), '--json', '--batch', batch],
        (done) => steps.push(done),
      );
      expect(steps).to.deep.equal([1, 2, 3, 4, 5, 6]);
      expect(said.filter((line) => line.includes('3.png'))).to.have.length(1);
      const read = names.filter((_, i) => i !== 2);
      expect(results.map((result) => 'image' in result && result.image)).to.deep.equal(read);
      for (const result of results) expect(result).to.have.property('detections').with.length(1);
    }
  });
  it('writes the results so far when it is stopped', async () => {
    const { results, said } = await runCommand(
      registerDetect,
      [
        'detect',
        at('many'),
        '--model',
        at('model.onnx'),
        '--json',
        '--batch',
        '1',
        '--coco',
        at('some.json'),
      ],
      (done, controller) => {
        if (done === 2) controller.abort(new Error('stopped'));
      },
    );
    expect(results).to.have.length(2);
    expect(said.at(-1)).to.equal('stopped after 2 of 6 pictures');
    expect(JSON.parse(readFileSync(at('some.json'), 'utf8'))).to.have.length(2);
  });
  it('needs a number in the name for COCO, and different names in an output folder', async () => {
    const { results, said } = await run(at('nameless.png'), at('photo-12.jpg'), '--coco', at('results.json'));
    expect(results).to.have.length(1);
    expect(said.join('\n')).to.contain('"nameless.png" contains no number');
    const failure = await run(at('photo-12.jpg'), at('photo-12.jpg'), '--out', at('twice')).catch(
      (error: unknown) => error,
    );
    expect(String(failure)).to.contain('would both be written to');
    expect(existsSync(at('twice'))).to.be.false;
  });
});
