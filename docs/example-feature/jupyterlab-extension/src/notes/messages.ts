import type { Catalogue } from '../i18n/message.js';

export const noteMessages = {
  'note.title': { fa: 'یادداشت', en: 'Note' },
  'note.all': { fa: 'یادداشت‌ها', en: 'Notes' },
  'note.found': { fa: '{n} یادداشت', en: '{n} {n|note|notes}' },
  'note.none': { fa: 'هنوز یادداشتی ندارید', en: 'No notes yet' },
} as const satisfies Catalogue;
