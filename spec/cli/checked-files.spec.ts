import { execFileSync } from 'node:child_process';
import { link, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect } from 'chai';
import { Command } from 'commander';

import { registerDetect } from '../../lib/cli/commands/detect.js';
import { registerDream } from '../../lib/cli/commands/dream.js';
import { registerExplain } from '../../lib/cli/commands/explain.js';
import { registerGrad } from '../../lib/cli/commands/grad.js';
import { commands } from '../../lib/cli/commands/index.js';
import { registerInspect } from '../../lib/cli/commands/inspect.js';
import { addCommands } from '../../lib/cli/commands/lazy-commands.js';
import { registerLocalize } from '../../lib/cli/commands/localize.js';
import { registerModels } from '../../lib/cli/commands/models.js';
import { registerSegment } from '../../lib/cli/commands/segment.js';
import { registerStyle } from '../../lib/cli/commands/style.js';
import { registerTrain } from '../../lib/cli/commands/train.js';
import { InputArgument, InputFlag, OutputFlag } from '../../lib/cli/flags/checked-files.js';
import { createTerminal, type Register } from '../../lib/cli/terminal/terminal.js';
import { rejection } from '../models/rejection.js';
import { runCommand } from './run-command.js';
import { smallWorkshop } from './small-weights.js';

describe('files that commands write', () => {
  let shop: Awaited<ReturnType<typeof smallWorkshop>>;
  const at = (name: string) => shop.path(name);
  before(async () => {
    shop = await smallWorkshop();
    await symlink('photo.png', at('link.png'));
    await link(at('photo.png'), at('hard.png'));
    await writeFile(at('m.onnx'), 'no model: it is never read');
    for (const part of ['data', 'data/image', 'data/label', 'folder', 'folder.png']) await mkdir(at(part));
    await writeFile(at('data/image/0.png'), 'no picture');
    await writeFile(at('folder/a.png'), 'no picture');
    await symlink('../photo.png', at('folder/linked.png'));
  });
  after(() => shop.remove());

  /** The error of a command that fails before any work: nothing was printed, and no file has changed. */
  const refusal = async (register: Register, ...args: readonly string[]) => {
    const before = await readFile(at('photo.png'));
    const message = await rejection(runCommand(register, args));
    expect(await readFile(at('photo.png'))).to.deep.equal(before);
    expect((await readdir(dirname(at('x')))).filter((name) => /\.tmp$|^never/.test(name))).to.deep.equal([]);
    return message;
  };
  const network = () => ['--model', 'vgg19', '--weights', at('vgg.safetensors')];

  it('are declared by every command, so that they are checked', async () => {
    const terminal = createTerminal();
    /** A command that is loaded, by asking for its help. */
    const loaded = async (...path: readonly string[]): Promise<Command> => {
      const program = new Command().exitOverride().configureOutput({ writeOut: () => undefined });
      addCommands(program, commands, terminal);
      await program.parseAsync([...path, '--help'], { from: 'user' }).catch(() => undefined);
      return path.reduce((group, name) => group.commands.find((one) => one.name() === name)!, program);
    };
    const all: Command[] = [];
    for (const name of Object.keys(commands)) {
      const command = await loaded(name);
      all.push(command);
      for (const inner of command.commands) all.push(await loaded(name, inner.name()));
    }
    await terminal.close();
    const writing = all.filter(({ options }) =>
      options.some((option) => option instanceof OutputFlag || option.long === '--out'),
    );
    expect(writing.map((command) => command.name())).to.have.members([
      ...['dream', 'style', 'detect', 'segment', 'explain', 'localize', 'grad', 'inspect', 'convert', 'unet'],
    ]);
    for (const command of writing) {
      for (const argument of command.registeredArguments)
        expect(argument, `${command.name()} ${argument.name()}`).to.be.instanceOf(InputArgument);
      for (const option of command.options)
        if (/<(file|folder|dir|path)>|--model/.test(option.flags))
          expect(
            option instanceof InputFlag || option instanceof OutputFlag,
            `${command.name()} ${option.flags}`,
          ).to.equal(true);
    }
  });

  it('are never their inputs, under any name', async () => {
    const [photo, painting] = [at('photo.png'), at('painting.png')];
    for (const out of [photo, at('folder/../photo.png'), at('link.png'), at('hard.png')])
      for (const [register, args] of [
        [registerDream, ['dream', photo, '-o', out, ...network()]],
        [registerDream, ['dream', painting, '--guide', photo, '-o', out, ...network()]],
        [registerStyle, ['style', photo, painting, '-o', out, ...network()]],
        [registerStyle, ['style', painting, painting, photo, '-o', out, ...network()]],
        [registerStyle, ['style', painting, painting, '--init-image', photo, '-o', out, ...network()]],
        [registerSegment, ['segment', photo, '-o', out, '--model', 'unet-membrane']],
      ] as const)
        expect(await refusal(register, ...args), args.join(' ')).to.match(/cannot write .* it is the input /);
    const model = at('m.onnx');
    expect(await refusal(registerGrad, 'grad', model, '-o', model)).to.include('it is the input');
    const results = ['--images', at('a.json'), '--coco', at('a.json')];
    const refusedResults = () => refusal(registerDetect, 'detect', photo, '--model', model, ...results);
    expect(await refusedResults()).to.match(/no such file|cannot read/);
    await writeFile(at('a.json'), '[]');
    expect(await refusedResults()).to.include('it is the input');
    expect(
      await refusal(registerModels, 'models', 'convert', 'vgg19', '--weights', model, '-o', model),
    ).to.include('it is the input');
    const shipped = new URL('../../onnx-models/vgg19-slim.onnx', import.meta.url).pathname;
    expect(await refusal(registerModels, 'models', 'convert', 'vgg19-slim', '-o', shipped)).to.include(
      'it is the input',
    );
    expect(
      await refusal(
        registerTrain,
        ...['train', 'unet', '--data', at('data'), '-o', at('never.onnx')],
        ...['--checkpoint', at('data/image/0.png')],
      ),
    ).to.include('it is the input');
  });

  it('are never their inputs, in folders either', async () => {
    for (const [register, name] of [
      [registerDetect, 'detect'],
      [registerLocalize, 'localize'],
      [registerExplain, 'explain'],
    ] as const) {
      const run = (pictures: string, out: string) =>
        refusal(
          register,
          name,
          pictures,
          '-o',
          out,
          ...(name === 'detect' ? ['--model', at('m.onnx')] : network()),
        );
      expect(await run(at('folder'), at('folder'))).to.match(/a\.png": it is the input/);
      expect(await run(at('photo.png'), dirname(at('photo.png')))).to.include('it is the input');
      expect(await run(at('folder/linked.png'), at('folder'))).to.include('it is the input');
      expect(await run(at('photo.png'), at('photo.png'))).to.match(/a file, not a folder/);
    }
  });

  it('are different files', async () => {
    const train = (...more: readonly string[]) =>
      refusal(registerTrain, 'train', 'unet', '--data', at('data'), '-o', at('never.onnx'), ...more);
    expect(await train('--checkpoint', at('folder/../never.onnx'))).to.match(/is the same file/);
    expect(await train('--curve', at('never.svg'), '--checkpoint', at('never.svg'))).to.match(
      /is the same file/,
    );
  });

  it('have names with the endings that their command writes', async () => {
    const photo = at('photo.png');
    for (const [register, args, ending] of [
      [registerDream, ['dream', photo, '-o', at('never.gif'), ...network()], '.png or .jpg'],
      [registerStyle, ['style', photo, photo, '-o', at('never'), ...network()], '.png or .jpg'],
      [
        registerSegment,
        ['segment', photo, '-o', at('never.bmp'), '--model', 'unet-membrane'],
        '.png or .jpg',
      ],
      [registerSegment, ['segment', photo, '--coco', at('never.txt'), '--model', 'unet-membrane'], '.json'],
      [registerDetect, ['detect', photo, '--coco', at('never.png'), '--model', at('m.onnx')], '.json'],
      [registerGrad, ['grad', at('m.onnx'), '-o', at('never.pb')], '.onnx'],
      [registerInspect, ['inspect', at('m.onnx'), '--svg', at('never.png')], '.svg'],
      [registerModels, ['models', 'convert', 'vgg19-slim', '-o', at('never.pth')], '.onnx'],
      [registerTrain, ['train', 'unet', '--data', at('data'), '-o', at('never.pt')], '.onnx'],
      [
        registerTrain,
        ['train', 'unet', '--data', at('data'), '-o', at('never.onnx'), '--curve', at('never.png')],
        '.svg',
      ],
    ] as const)
      expect(await refusal(register, ...args), args.join(' ')).to.include(`its name must end in ${ending}`);
  });

  it('are in a writable folder, which is checked before any work', async function () {
    if (process.platform === 'win32') this.skip();
    execFileSync('mkfifo', [at('pipe.png')]);
    const dream = (out: string) => refusal(registerDream, 'dream', at('photo.png'), '-o', out, ...network());
    expect(await dream(at('nowhere/never.png'))).to.match(/no writable folder ".*nowhere"/);
    expect(await dream(at('photo.png/never.png'))).to.match(
      /part of the path is not a folder|no writable folder/,
    );
    expect(await dream(at('folder.png'))).to.match(/a folder, not a file/);
    expect(await dream(at('pipe.png'))).to.match(/a pipe, not a file/);
    expect(await dream(at(`${'x'.repeat(300)}.png`))).to.match(/too long/);
    // Folders of the kernel claim to be writable.
    if (process.platform === 'linux') expect(await dream('/proc/never.png')).to.match(/cannot write/);
    await symlink('nowhere/never.png', at('lost.png'));
    expect(await dream(at('lost.png'))).to.match(/no writable folder ".*nowhere"/);
  });

  it('may be symbolic links, which are followed', async () => {
    await symlink('folder/new.png', at('dangling.png'));
    const few = ['--layer', 'relu1_1', '--size', '32', '--octaves', '1', '--steps', '1', '--threads', '1'];
    await runCommand(registerDream, [
      'dream',
      at('photo.png'),
      '-o',
      at('dangling.png'),
      ...network(),
      ...few,
    ]);
    expect((await readFile(at('folder/new.png'))).subarray(1, 4).toString()).to.equal('PNG');
  });
});
