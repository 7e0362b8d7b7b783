import { dataset } from '../testing/bridge.js';
import { codeFor } from './actions.js';

const FOUND = 'import kargah\n\nk = kargah.connect()\n';

it('the cell of a table loads the very version as a DataFrame and says what else it may be', () => {
  expect(codeFor(dataset({ name: 'فروش', kind: 'tabular' }), 3)).toBe(
    `${FOUND}dataset = k.datasets.get("ds_aaaaaa", version=3)  # فروش\n` +
      'df = dataset.pandas()  # or: dataset.polars(), dataset.torch()\n',
  );
});

it('the cell of pictures loads them as a torch Dataset, also where they came in a tar', () => {
  const pictures = dataset({ name: 'cats.tar', filename: 'cats.tar', format: 'images', kind: 'images', version: 2 });
  expect(codeFor(pictures)).toBe(
    `${FOUND}dataset = k.datasets.get("ds_aaaaaa", version=2)  # cats.tar\n` +
      'images = dataset.torch()  # torch Dataset of (image, class); images.classes names them\n',
  );
});

it('a name stays in its comment, whatever lines it has', () => {
  const lines = codeFor(dataset({ name: 'a\nimport os\rb' })).split(/[\r\n]/u);
  expect(lines).toHaveLength(6);
  expect(lines[3]).toMatch(/ {2}# a import os b$/u);
});
