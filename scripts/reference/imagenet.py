"""Writes lib/networks/classifier/imagenet.ts: the 1000 ImageNet classes of ILSVRC 2012 in the order of the networks' outputs.

The ids are WordNet 3.0 offsets, the names are WordNet's words for those synsets (Princeton University, WordNet 3.0 license).
Source: the lists in timm (Apache-2.0).

    pip install timm
    python3 scripts/reference/imagenet.py
"""

from importlib.resources import files
from pathlib import Path

info = files("timm") / "data" / "_info"
ids = (info / "imagenet_synsets.txt").read_text().split()
words = dict(line.split("\t") for line in (info / "imagenet_synset_to_lemma.txt").read_text().splitlines())
assert len(ids) == 1000 and ids == sorted(ids)

lines = "\n".join(f"{synset} {words[synset]}" for synset in ids)
Path("lib/networks/classifier/imagenet.ts").write_text(
    f"""/* eslint max-lines: off -- a table: one line a class */
import {{ parseLabels, type ClassLabel }} from './labels.js';

// Written by scripts/reference/imagenet.py, which names the sources.
const synsets = `
{lines}
`;

/** The 1000 classes of ImageNet (ILSVRC 2012) in the order of the networks' outputs; ids are WordNet 3.0's. */
export const imagenetLabels: readonly ClassLabel[] = parseLabels(synsets);
"""
)
