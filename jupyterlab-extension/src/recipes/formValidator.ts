import type { RJSFSchema, ValidatorType } from '@rjsf/utils';
import { breaches, type FlatSchema } from './flatSchema.js';
import type { Values } from './flatSchema.js';

/**
 * The form asks for a validator but shows our own sentences beside the fields, so this answers only whether values fit.
 * Its usual one brings a compiler of JSON Schema along, larger than all of our pages.
 */
export const formValidator: ValidatorType<Values> = {
  validateFormData: () => ({ errors: [], errorSchema: {} }),
  toErrorList: () => [],
  isValid: (schema: RJSFSchema, values: Values | undefined) =>
    breaches(schema as FlatSchema, values ?? {}).length === 0,
  rawValidation: () => ({ errors: [] }),
};
