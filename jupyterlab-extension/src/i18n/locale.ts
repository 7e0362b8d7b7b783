export interface Locale {
  readonly language: 'fa' | 'en';
  readonly digits: 'fa' | 'latn';
  readonly calendar: 'persian' | 'gregory';
}

export const PERSIAN: Locale = { language: 'fa', digits: 'fa', calendar: 'persian' };
export const ENGLISH: Locale = { language: 'en', digits: 'latn', calendar: 'gregory' };

export type LanguageSetting = 'auto' | 'fa' | 'en';
export type DigitsSetting = 'auto' | 'fa' | 'latn';
export type CalendarSetting = 'auto' | 'persian' | 'gregory';

/**
 * `auto` is Persian unless JupyterLab itself was switched to a language of its own choosing: Lab's default, English, says
 * nothing about the reader, since Lab offers Persian only with a language pack.
 */
export function resolveLocale(
  setting: { language: LanguageSetting; digits: DigitsSetting; calendar: CalendarSetting },
  labLanguage: string,
): Locale {
  const lab = labLanguage.toLowerCase();
  const foreign = lab !== '' && lab !== 'default' && !lab.startsWith('en') && !lab.startsWith('fa');
  const language = setting.language === 'auto' ? (foreign ? 'en' : 'fa') : setting.language;
  const base = language === 'fa' ? PERSIAN : ENGLISH;
  return {
    language,
    // The setting of digits holds for Persian alone: English sentences always have Latin digits.
    digits: language === 'en' ? 'latn' : setting.digits === 'auto' ? base.digits : setting.digits,
    calendar: setting.calendar === 'auto' ? base.calendar : setting.calendar,
  };
}
