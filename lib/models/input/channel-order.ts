/**
 * Which channel of an RGB picture a channel of a network's input is. Networks trained with Caffe or OpenCV, such as the
 * published GoogLeNet, take blue first.
 */
export function rgbChannel(channel: number, order: 'rgb' | 'bgr'): number {
  return order === 'bgr' ? 2 - channel : channel;
}
