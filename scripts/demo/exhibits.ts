// The exhibits of the demo: each is a command to paste into a shell, and a program that does the same.

/** A picture of the gallery with its caption. */
export interface Picture {
  /** Its path from the project's folder. */
  readonly file: string;
  readonly caption: string;
}

export interface Exhibit {
  readonly id: string;
  readonly title: string;
  /** What it shows, for readers who do not know the method. */
  readonly text: string;
  /** The model in onnx-models/ that it uses. */
  readonly model: string;
  /** The arguments after `npx oneiros`. */
  readonly command: readonly string[];
  /** The file in scripts/demo/programs/ that does the same. */
  readonly program: string;
  /** The input and output pictures. */
  readonly before: readonly Picture[];
  readonly after: Picture;
}

const photographs = 'scripts/demo/photographs';
const cat = { file: `${photographs}/cat.jpg`, caption: 'Chelsea the cat' };
const astronaut = { file: `${photographs}/astronaut.jpg`, caption: 'Eileen Collins, astronaut' };
const glass = { file: 'demo-out/stained-glass.jpg', caption: 'A rose window, drawn by a script' };
const evening = { file: 'demo-out/landscape.jpg', caption: 'An evening, drawn by a script' };
const smear = { file: 'demo-out/blood-smear.jpg', caption: 'A blood smear, drawn by a script' };
const tissue = { file: 'demo-out/membranes.jpg', caption: 'Nerve tissue, drawn by a script' };

const words = (line: string) => line.split(' ');

export const exhibits: readonly Exhibit[] = [
  {
    id: 'style',
    title: 'A cat in stained glass',
    text: 'Style transfer: the picture changes until the features of a network match the shapes of the cat and the colors and textures of the window. Each of 150 steps follows a gradient that oneiros derived as an ONNX graph. Here a style is the means and covariances of the features, compared by their Wasserstein distance (Gram matrices are the default); average pooling and some smoothing make clean panes.',
    model: 'vgg19-slim',
    command: words(
      `style ${cat.file} ${glass.file} -o demo-out/cat-in-glass.jpg --model vgg19-slim --pooling average --statistics wasserstein --tv-weight 1 --size 448`,
    ),
    program: 'style.ts',
    before: [cat, glass],
    after: { file: 'demo-out/cat-in-glass.jpg', caption: 'The cat, glazed' },
  },
  {
    id: 'dream',
    title: 'What the network dreams',
    text: 'DeepDream: the picture changes so that a layer responds more strongly, at four sizes from small to large. Deep layers respond to eyes.',
    model: 'vgg19-slim',
    command: words(
      `dream ${cat.file} -o demo-out/cat-dream.jpg --model vgg19-slim --layer relu5_1 --laplacian 4`,
    ),
    program: 'dream.ts',
    before: [cat],
    after: { file: 'demo-out/cat-dream.jpg', caption: 'The picture after the dream' },
  },
  {
    id: 'creatures',
    title: 'Creatures of the evening',
    text: 'The same layer with an empty landscape and 50 % more steps.',
    model: 'vgg19-slim',
    command: words(
      `dream ${evening.file} -o demo-out/creatures.jpg --model vgg19-slim --layer relu5_1 --laplacian 4 --steps 15`,
    ),
    program: 'creatures.ts',
    before: [evening],
    after: { file: 'demo-out/creatures.jpg', caption: 'Creatures that nobody drew' },
  },
  {
    id: 'dusk',
    title: 'An astronaut at dusk',
    text: 'Style transfer with a hundred steps and more weight on the photograph: the colors and textures of the sky, and a face that is still recognizable.',
    model: 'vgg19-slim',
    command: words(
      `style ${astronaut.file} ${evening.file} -o demo-out/astronaut-at-dusk.jpg --model vgg19-slim --statistics wasserstein --content-weight 0.3 --size 320 --iterations 100`,
    ),
    program: 'dusk.ts',
    before: [astronaut, evening],
    after: { file: 'demo-out/astronaut-at-dusk.jpg', caption: 'The astronaut in the colors of the evening' },
  },
  {
    id: 'detect',
    title: 'Counting blood cells',
    text: 'A slim Faster R-CNN, trained on 205 photographs of blood smears, finds red cells, white cells and platelets. No drawing was among them.',
    model: 'fasterrcnn-cells',
    command: words(`detect ${smear.file} --model fasterrcnn-cells --out demo-out/detected`),
    program: 'detect.ts',
    before: [smear],
    after: { file: 'demo-out/detected/blood-smear.jpg', caption: 'Each cell with its class and a score' },
  },
  {
    id: 'segment',
    title: 'Where one cell ends',
    text: 'A U-Net, trained by oneiros on 25 pictures from an electron microscope, separates membranes from cells.',
    model: 'unet-membrane',
    command: ['segment', tissue.file, '--model', 'unet-membrane', '-o', 'demo-out/membranes-segmented.png'],
    program: 'segment.ts',
    before: [tissue],
    after: { file: 'demo-out/membranes-segmented.png', caption: 'Membranes in ochre' },
  },
];
