import { deferred } from '../components/deferred.js';
import type { Feature } from '../features/feature.js';
import type { Catalogue } from '../i18n/message.js';
import { wantedSearch } from './lists/wantedSearch.js';

const messages = {
  'command.search': { fa: 'جست‌وجو در کارگاه', en: 'Search Kargah' },
  'command.mlflow': { fa: 'باز کردن MLflow', en: 'Open MLflow' },
  'command.help': { fa: 'راهنما و میانبرهای کارگاه', en: 'Kargah: help and shortcuts' },
  'help.title': { fa: 'راهنما و میانبرها', en: 'Help and shortcuts' },
  'help.lead': {
    fa: 'همهٔ فرمان‌ها در پالت فرمان JupyterLab هم هستند و کلیدهایشان را در تنظیم‌های آن می‌توان عوض کرد.',
    en: 'Every command is in JupyterLab’s command palette, too; its settings change the keys.',
  },
  'help.commands': { fa: 'فرمان‌ها', en: 'Commands' },
  'help.command': { fa: 'فرمان', en: 'Command' },
  'help.keys': { fa: 'کلیدها', en: 'Keys' },
  'help.ofPage': { fa: 'فرمان‌های صفحه‌ای که باز است', en: 'Commands of the page in front' },
  'help.inLists': { fa: 'در فهرست‌ها و نمودارها', en: 'In lists and charts' },
  'help.rows': { fa: 'ردیف بعدی و قبلی', en: 'Next and previous row' },
  'help.openRow': { fa: 'باز کردن ردیف', en: 'Open the row' },
  'help.rowMenu': { fa: 'منوی ردیف', en: 'Menu of the row' },
  'help.deleteRow': { fa: 'حذف یا توقف ردیف', en: 'Delete or stop the row' },
  'help.searchBox': { fa: 'رفتن به جست‌وجوی پنل', en: 'Go to the panel’s search' },
  'help.cursor': { fa: 'حرکت نشانگر در نمودار', en: 'Move the cursor of a chart' },
  'help.zoom': { fa: 'همهٔ بازهٔ نمودار', en: 'Whole range of a chart' },
} as const satisfies Catalogue;
type Messages = typeof messages;
declare module '../i18n/messages.js' {
  interface Texts extends Messages {}
}
declare module '../tokens.js' {
  interface PageArgs {
    readonly help: object;
  }
}

const HelpPage = deferred(() => import(/* webpackChunkName: "training" */ './help/HelpPage.js'));

/** The panel itself: what is no list's. */
export const panel: Feature = {
  id: 'panel',
  messages,
  pages: [
    {
      name: 'help',
      command: 'kargah:help',
      label: 'command.help',
      icon: 'help',
      palette: true,
      open: true,
      read: () => ({}),
      tab: () => 'help',
      look: ({ i18n }) => ({ name: i18n.t('help.title'), icon: 'help' }),
      lists: [],
      content: () => <HelpPage />,
    },
  ],
  commands: [
    {
      id: 'kargah:search',
      label: 'command.search',
      icon: 'search',
      palette: true,
      execute: (kargah) => {
        kargah.showPanel();
        wantedSearch.set(true);
      },
    },
  ],
};
