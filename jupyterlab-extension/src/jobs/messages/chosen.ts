import type { Catalogue } from '../../i18n/message.js';

/** Texts of what is done with several jobs. */
export const chosenMessages = {
  'chosen.bar': { fa: 'کارهای انتخاب‌شده', en: 'Chosen jobs' },
  'chosen.one': { fa: 'انتخاب {x}', en: 'Choose {x}' },
  'chosen.count': { fa: '{n} انتخاب‌شده', en: '{n} chosen' },
  'chosen.compare': { fa: 'مقایسه', en: 'Compare' },
  'chosen.stop': { fa: 'توقف انتخاب‌شده‌ها', en: 'Stop the chosen ones' },
  'chosen.delete': { fa: 'حذف انتخاب‌شده‌ها', en: 'Delete the chosen ones' },
  'chosen.clear': { fa: 'برداشتن انتخاب', en: 'Choose none' },
  'chosen.stopTitle': { fa: '{n} کار متوقف شود؟', en: 'Stop {n} {n|job|jobs}?' },
  'chosen.deleted': { fa: '{n} کار حذف شد.', en: '{n} {n|job was|jobs were} deleted.' },
  'chosen.refused': { fa: '{n} کار حذف نشد.', en: '{n} {n|was|were} not.' },
  'chosen.undo': { fa: 'برگرداندن', en: 'Undo' },
  'chosen.restored': { fa: '{n} کار برگشت.', en: '{n} {n|job is|jobs are} back.' },
  'deletedJobs.title': { fa: 'کارهای حذف‌شده', en: 'Deleted jobs' },
  'deletedJobs.command': { fa: 'کارهای حذف‌شده…', en: 'Deleted jobs…' },
  'deletedJobs.none': { fa: 'کار حذف‌شده‌ای برای برگرداندن نیست', en: 'No deleted job can be restored' },
  'deletedJobs.at': { fa: 'حذف‌شده در {at}', en: 'deleted {at}' },
  'deletedJobs.restore': { fa: 'برگرداندن {x}', en: 'Restore {x}' },
} as const satisfies Catalogue;
