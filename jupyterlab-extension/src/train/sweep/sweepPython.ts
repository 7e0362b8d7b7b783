import type { SweepDimension, SweepRequest } from '../../api/types.js';
import { python, versionPython } from '../trainForm.js';

/** The cell that starts the same search from a notebook. */
export function sweepPython(request: SweepRequest): string {
  const { method, pruner, trials, parallel, resources } = request;
  const args = [
    python(request.dataset_id),
    ...versionPython(request),
    `recipe=${python(request.recipe)}`,
    `space={${Object.entries(request.space)
      .map(([name, one]) => `${python(name)}: ${dimension(one)}`)
      .join(', ')}}`,
    `method=${python(method)}`,
    `pruner=${python(pruner)}`,
    `trials=${python(trials)}`,
    `parallel=${python(parallel)}`,
    ...(request.name === undefined ? [] : [`name=${python(request.name)}`]),
    ...(resources === undefined ? [] : [`resources=${python(resources)}`]),
    ...Object.entries(request.params).map(([name, value]) => `${name}=${python(value)}`),
  ];
  return ['import kargah', '', 'sweep = kargah.connect().sweep(', ...args.map((arg) => `    ${arg},`), ')'].join('\n');
}

function dimension(one: SweepDimension): string {
  if (one.kind === 'choice') return python(one.values);
  // A whole end of a range of floats would read as a range of whole numbers.
  const end = (value: number): string =>
    one.kind === 'float' && Number.isInteger(value) ? `${value}.0` : python(value);
  return `(${end(one.low)}, ${end(one.high)}${one.log ? ', "log"' : ''})`;
}
