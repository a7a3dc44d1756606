// Detection: from a picture to boxes.
import { fasterRcnn } from './cases/detection.js';
import { runSuite } from './frame/run-suite.js';

await runSuite('Detection', [fasterRcnn]);
