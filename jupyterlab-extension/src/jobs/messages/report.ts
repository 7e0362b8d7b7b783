import type { Catalogue } from '../../i18n/message.js';

/** Texts of the report on a job's model. */
export const reportMessages = {
  'report.title': { fa: 'گزارش مدل', en: 'Report on the model' },
  'report.test': { fa: 'روی {n} ردیف آزمون', en: 'on {n} test {n|row|rows}' },
  'report.validation': { fa: 'روی {n} ردیف اعتبارسنجی', en: 'on {n} validation {n|row|rows}' },
  'report.flatters': {
    fa: 'بهترین دوره با همین ردیف‌ها انتخاب شده است و این رقم‌ها خوش‌بینانه‌اند. برای سنجش بی‌طرف، در صفحهٔ دیتاست بخش آزمون جدا کنید و دوباره آموزش دهید.',
    en: 'The best epoch was chosen on these rows, so their figures flatter. For unbiased ones, set a test part aside on the dataset’s page and train again.',
  },
  'report.metric': { fa: 'معیار', en: 'Metric' },
  'report.value': { fa: 'مقدار', en: 'Value' },
  'report.interval': { fa: 'بازهٔ اطمینان {x}', en: '{x} interval' },
  'report.interval.hint': {
    fa: 'از {n} بازنمونه‌گیری از همین ردیف‌ها',
    en: 'From {n} resamples of these rows',
  },
  'report.range': { fa: '{a} تا {b}', en: '{a} to {b}' },
  'report.f1_macro': { fa: 'میانگین F1 کلاس‌ها', en: 'Macro F1' },
  'report.log_loss': { fa: 'زیان لگاریتمی', en: 'Log loss' },
  'report.roc_auc': { fa: 'سطح زیر منحنی ROC', en: 'Area under the ROC curve' },
  'report.average_precision': { fa: 'دقت میانگین', en: 'Average precision' },
  'report.calibration': {
    fa: 'درصد اطمینان مدل به‌طور میانگین {x} با درستی آن فاصله دارد (خطای کالیبراسیون).',
    en: 'How sure it is lies {x} off how often it is right, on average (calibration error).',
  },
  'report.coverage': {
    fa: 'در {level} موارد، مقدار درست حداکثر {x} با پاسخ فاصله دارد (سنجیده: {coverage}).',
    en: 'In {level} of cases the true value lies within {x} of the answer (measured: {coverage}).',
  },
  'report.confusion': { fa: 'درست و نادرست در هر کلاس', en: 'Confusion matrix' },
  'report.confusion.hint': { fa: 'ردیف: کلاس درست؛ ستون: پاسخ مدل', en: 'Down: the true class; across: the answer' },
  'report.confused': { fa: 'کلاس‌هایی که بیشتر با هم اشتباه می‌شوند', en: 'Classes taken for another most often' },
  'report.importance': { fa: 'ستون‌هایی که مدل به آن‌ها تکیه دارد', en: 'Columns it leans on' },
  'report.importance.hint': {
    fa: 'اگر مقدارهای ستون جابه‌جا شوند، زیان چقدر بیشتر می‌شود',
    en: 'How much the loss grows when the column’s values are shuffled',
  },
  'report.slices': { fa: 'جاهایی که مدل ضعیف است', en: 'Where it is bad' },
  'report.slice': {
    fa: '{where}: زیان {x} روی {n} ردیف؛ در بقیه {y}',
    en: '{where}: loss {x} on {n} {n|row|rows}, {y} elsewhere',
  },
  'report.missing': { fa: '{column} خالی', en: '{column} missing' },
  'report.rare': { fa: '{column} کم‌شمار', en: '{column} rare' },
  'report.worst': { fa: 'بدترین ردیف‌ها', en: 'Worst rows' },
  'report.labels': {
    fa: '{n} برچسب شاید نادرست باشد',
    en: '{n} {n|label is|labels are} probably wrong',
  },
  'report.row': { fa: 'ردیف', en: 'Row' },
  'report.truth': { fa: 'درست', en: 'True' },
  'report.label': { fa: 'برچسب', en: 'Label' },
  'report.answer': { fa: 'پاسخ مدل', en: 'Answer' },
  'report.more': { fa: 'و {n} ردیف دیگر', en: 'and {n} more {n|row|rows}' },
} as const satisfies Catalogue;
