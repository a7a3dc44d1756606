// What the demo shows: each exhibit is a command that anybody can paste, and a program that does the same.

/** A picture of the gallery, with what is to be said of it. */
export interface Picture {
  /** From the project's folder. */
  readonly file: string;
  readonly caption: string;
}

export interface Exhibit {
  readonly id: string;
  readonly title: string;
  /** What it is, for someone who has never heard of it. */
  readonly text: string;
  /** The model in onnx-models/ that it takes. */
  readonly model: string;
  /** What follows `npx oneiros`. */
  readonly command: readonly string[];
  /** The file in scripts/demo/programs/ that does the same. */
  readonly program: string;
  /** What goes in, and what comes out. */
  readonly before: readonly Picture[];
  readonly after: Picture;
}

const photographs = 'scripts/demo/photographs';
const cat = { file: `${photographs}/cat.jpg`, caption: 'Chelsea the cat' };
const astronaut = { file: `${photographs}/astronaut.jpg`, caption: 'Eileen Collins, astronaut' };
const glass = { file: 'demo-out/stained-glass.jpg', caption: 'A rose window, by our script' };
const evening = { file: 'demo-out/landscape.jpg', caption: 'An evening, by our script' };
const smear = { file: 'demo-out/blood-smear.jpg', caption: 'A blood smear, by our script' };
const tissue = { file: 'demo-out/membranes.jpg', caption: 'Nerve tissue, by our script' };

const words = (line: string) => line.split(' ');

export const exhibits: readonly Exhibit[] = [
  {
    id: 'style',
    title: 'A cat in stained glass',
    text: 'Style transfer: the picture is changed until the layers of a network see the cat’s shapes in it, and the window’s colors and textures. Each of 150 steps follows a gradient that oneiros derived as an ONNX graph. Here a style is the means and covariances of the features, compared by their Wasserstein distance (Gram matrices are the default); average pooling and some smoothing make clean panes.',
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
    text: 'DeepDream: the picture is changed so that a layer sees more of what it sees already, at four sizes from small to large. Deep layers know eyes.',
    model: 'vgg19-slim',
    command: words(
      `dream ${cat.file} -o demo-out/cat-dream.jpg --model vgg19-slim --layer relu5_1 --laplacian 4`,
    ),
    program: 'dream.ts',
    before: [cat],
    after: { file: 'demo-out/cat-dream.jpg', caption: 'Her picture, dreamt on' },
  },
  {
    id: 'creatures',
    title: 'Creatures of the evening',
    text: 'The same layer, given an empty landscape and half as many steps again.',
    model: 'vgg19-slim',
    command: words(
      `dream ${evening.file} -o demo-out/creatures.jpg --model vgg19-slim --layer relu5_1 --laplacian 4 --steps 15`,
    ),
    program: 'creatures.ts',
    before: [evening],
    after: { file: 'demo-out/creatures.jpg', caption: 'Nobody drew these' },
  },
  {
    id: 'dusk',
    title: 'An astronaut at dusk',
    text: 'Style transfer again, a hundred steps, with more weight on the photograph: the sky’s colors and brushwork, and still her face.',
    model: 'vgg19-slim',
    command: words(
      `style ${astronaut.file} ${evening.file} -o demo-out/astronaut-at-dusk.jpg --model vgg19-slim --statistics wasserstein --content-weight 0.3 --size 320 --iterations 100`,
    ),
    program: 'dusk.ts',
    before: [astronaut, evening],
    after: { file: 'demo-out/astronaut-at-dusk.jpg', caption: 'The astronaut, in the evening’s colors' },
  },
  {
    id: 'detect',
    title: 'Counting blood cells',
    text: 'A slim Faster R-CNN, trained on 205 photographs of blood smears, finds red cells, white cells and platelets. It has never seen a drawn one.',
    model: 'fasterrcnn-cells',
    command: words(`detect ${smear.file} --model fasterrcnn-cells --out demo-out/detected`),
    program: 'detect.ts',
    before: [smear],
    after: { file: 'demo-out/detected/blood-smear.jpg', caption: 'Each with its class and a score' },
  },
  {
    id: 'segment',
    title: 'Where one cell ends',
    text: 'A U-Net, trained by oneiros itself on 25 pictures from an electron microscope, tells the membranes from the cells.',
    model: 'unet-membrane',
    command: ['segment', tissue.file, '--model', 'unet-membrane', '-o', 'demo-out/membranes-segmented.png'],
    program: 'segment.ts',
    before: [tissue],
    after: { file: 'demo-out/membranes-segmented.png', caption: 'Membranes in ochre' },
  },
];
