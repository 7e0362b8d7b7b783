import type { CardField } from '../../../api/types.js';

/** In the order in which the card says them. */
export const FIELDS: readonly CardField[] = [
  'intended_use',
  'out_of_scope',
  'limitations',
  'data_notes',
  'ethics',
  'license',
  'contact',
];
/** What a card is not filled without. */
export const REQUIRED: readonly CardField[] = ['intended_use', 'limitations', 'license', 'contact'];
/** Those of one line. */
export const SHORT: readonly CardField[] = ['license', 'contact'];
