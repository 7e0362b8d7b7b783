import { I18n } from '../../i18n/i18n.js';
import { ENGLISH, PERSIAN } from '../../i18n/locale.js';
import { metricName, validationName } from './metricNames.js';
import { builtIn } from '../../testing/features.js';

// The texts are those of the features.
builtIn();

it.each([
  ['accuracy', 'Validation accuracy', 'درستی اعتبارسنجی'],
  ['f1', 'Validation F1 score', 'امتیاز F1 اعتبارسنجی'],
  ['r2', 'Validation R²', 'ضریب تعیین R² اعتبارسنجی'],
  ['Dice', 'Validation Dice', 'Dice اعتبارسنجی'],
])('a metric %s of the validation rows is named within one sentence', (key, english, persian) => {
  const named = [ENGLISH, PERSIAN].map((locale) => {
    const i18n = new I18n(locale);
    return validationName(i18n, metricName(i18n, key)).replace(/\p{Cf}/gu, '');
  });
  expect(named).toEqual([english, persian]);
});
