import type { Dataset } from '../api/types.js';
import { useMay } from '../projects/may.js';

/** Whether this person may change a dataset: one of the project that is shown, by their role in it. */
export function useWritable(dataset: Dataset): boolean {
  return useMay('dataset.write') && dataset.mine;
}
