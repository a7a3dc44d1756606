import type { NamingSchemes, Rule } from './translate.js';

/** Levels below the top; deeper networks are not recognized. */
const levels = [1, 2, 3, 4, 5, 6, 7, 8];

/** Convolution, batch norm and ReLU, twice. Without batch norm the second convolution is module 2 instead of 3. */
function doubleConv(from: string, to: string): Rule[] {
  return [
    { from: `${from}.0.{p}`, to: `${to}/conv1.{p}` },
    { from: `${from}.1.{p}`, to: `${to}/norm1.{p}` },
    { from: `${from}.2.{p}`, to: `${to}/conv2.{p}` },
    { from: `${from}.3.{p}`, to: `${to}/conv2.{p}` },
    { from: `${from}.4.{p}`, to: `${to}/norm2.{p}` },
  ];
}

/** milesial's names for the modules around the sequences; they changed in 2020. */
interface MilesialNames {
  readonly top: string;
  readonly down: string;
  readonly sequence: string;
}

function milesial({ top, down, sequence }: MilesialNames): readonly Rule[] {
  return [
    ...doubleConv(`${top}.${sequence}`, 'encoder1'),
    ...levels.flatMap((n) => doubleConv(`down${n}.${down}.1.${sequence}`, `encoder${n + 1}`)),
    { from: 'up{n#}.up.{p}', to: 'up{n}.{p}' },
    ...doubleConv(`up{n#}.conv.${sequence}`, 'decoder{n}'),
    { from: 'outc.conv.{p}', to: 'head.{p}' },
  ];
}

function convNorm(from: string, to: string): Rule[] {
  return [
    { from: `${from}conv{k#}.{p}`, to: `${to}/conv{k}.{p}` },
    { from: `${from}norm{k#}.{p}`, to: `${to}/norm{k}.{p}` },
  ];
}

/** Keras 1 numbers the convolutions of a model in the order of their creation. */
const numbered = [
  ...['encoder1', 'encoder2', 'encoder3', 'decoder1', 'decoder2'].flatMap((block) => [
    `${block}/conv1`,
    `${block}/conv2`,
  ]),
  'head',
].flatMap((layer, i): Rule[] => {
  const name = `convolution2d_${i + 1}`;
  return [
    { from: `${name}/${name}_W`, to: `${layer}.weight` },
    { from: `${name}/${name}_b`, to: `${layer}.bias` },
  ];
});

/**
 * U-Nets. Canonical names: `encoder1/conv1`, `encoder1/norm1`, `encoder1/conv2`, `encoder1/norm2` at the top, then one
 * encoder block per level down to the bottom; from there upwards `up1` (a transposed convolution, optional) and
 * `decoder1/conv1` …, counted from the bottom; `head`, the final 1×1 convolution. Norms have `weight`, `bias`,
 * `running_mean` and `running_var`.
 */
export const unetNames: NamingSchemes = {
  network: 'U-Net',
  schemes: [
    {
      name: 'milesial',
      rules: milesial({ top: 'inc', down: 'maxpool_conv', sequence: 'double_conv' }),
    },
    {
      name: 'milesial before 2020',
      rules: milesial({ top: 'inc.conv', down: 'mpconv', sequence: 'conv' }),
    },
    {
      name: 'mateuszbuda',
      rules: [
        ...convNorm('encoder{n#}.enc{n}', 'encoder{n}'),
        ...convNorm('bottleneck.bottleneck', 'encoder5'),
        ...[4, 3, 2, 1].flatMap((level, i) => [
          { from: `upconv${level}.{p}`, to: `up${i + 1}.{p}` },
          ...convNorm(`decoder${level}.dec${level}`, `decoder${i + 1}`),
        ]),
        { from: 'conv.{p}', to: 'head.{p}' },
      ],
    },
    { name: 'retina-unet', rules: numbered },
    {
      name: 'oneiros',
      rules: [
        { from: 'encoder{n#}/{layer}.{p}', to: 'encoder{n}/{layer}.{p}' },
        { from: 'decoder{n#}/{layer}.{p}', to: 'decoder{n}/{layer}.{p}' },
        { from: 'up{n#}.{p}', to: 'up{n}.{p}' },
        { from: 'head.{p}', to: 'head.{p}' },
      ],
    },
  ],
};
