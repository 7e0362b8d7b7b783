import type { Catalogue } from '../../i18n/message.js';

/** Texts of the report on a job's model. */
export const reportMessages = {
  'report.title': { fa: 'گزارش مدل', en: 'Report on the model' },
  'report.test': { fa: 'روی {n} ردیف آزمون', en: 'on {n} test {n|row|rows}' },
  'report.validation': { fa: 'روی {n} ردیف اعتبارسنجی', en: 'on {n} validation {n|row|rows}' },
  'report.all': { fa: 'روی {n} ردیف', en: 'on {n} {n|row|rows}' },
  'report.learned': {
    fa: 'مدل از همین داده آموخته است و این رقم‌ها خوش‌بینانه‌اند؛ بخش آزمون همان تقسیم بی‌طرف است.',
    en: 'The model learned from these data, so the figures flatter; the test part of the same split is unbiased.',
  },
  'report.pictures': { fa: 'رده‌ها', en: 'classes' },
  'report.notJudged': {
    fa: '{n} ردیف بی‌پاسخ درست، یا با رده‌ای که مدل نمی‌شناسد، کنار ماند.',
    en: '{n} {n|row|rows} without a truth, or with a class that the model does not know, left out.',
  },
  'report.unknown': {
    fa: '{rows} ردیف در «{column}» مقداری دارد که مدل نمی‌شناسد: {values}',
    en: '{rows} {rows|row has a value|rows have values} of “{column}” that the model does not know: {values}',
  },
  'report.flatters': {
    fa: 'بهترین دوره با همین ردیف‌ها انتخاب شده است و این رقم‌ها خوش‌بینانه‌اند. برای سنجش بی‌طرف، در صفحهٔ دیتاست بخش آزمون جدا کنید و دوباره آموزش دهید.',
    en: 'The best epoch was chosen on these rows, so their figures flatter. For unbiased ones, set a test part aside on the dataset’s page and train again.',
  },
  'report.few': {
    fa: 'ردیف‌های سنجش کم است: رقم‌ها با چند ردیف دیگر می‌تواند خیلی فرق کند.',
    en: 'Few rows judge it: with a few others the figures may be very different.',
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
  'report.baselines': { fa: 'در کنار مدل‌های ساده', en: 'Beside plain models' },
  'report.baselines.hint': {
    fa: 'روی همین ردیف‌ها. برتری: مدل شما چقدر بهتر است، با بازهٔ {x}',
    en: 'On the same rows. Gain: by how much your model is better, with its {x} interval',
  },
  'report.baseline.model': { fa: 'مدل', en: 'Model' },
  'report.baseline.gain': { fa: 'برتری', en: 'Gain' },
  'report.baseline.own': { fa: 'مدل شما', en: 'Your model' },
  'report.baseline.majority': { fa: 'همیشه پرشمارترین کلاس', en: 'Always the most frequent class' },
  'report.baseline.mean': { fa: 'همیشه میانگین', en: 'Always the mean' },
  'report.baseline.linear': { fa: 'مدل خطی', en: 'Linear model' },
  'report.baseline.linear.hint': {
    fa: 'از {n} ردیف و {m} ستون آماده‌شده',
    en: 'Made of {n} {n|row|rows} and {m} prepared {m|column|columns}',
  },
  'report.gain': { fa: '{x} ({a} تا {b})', en: '{x} ({a} to {b})' },
  'report.verdict.hardly': {
    fa: 'این مدل از «{model}» به‌سختی بهتر است: تفاوت‌شان می‌تواند تصادفی باشد. ستون‌ها یا ردیف‌های بیشتر شاید کمک کند؛ اگر نه، مدل ساده کافی است.',
    en: 'This model is hardly better than “{model}”: the difference may be chance. More columns or rows may help; if not, the plain model will do.',
  },
  'report.verdict.worse': {
    fa: 'این مدل از «{model}» بدتر است. مدل ساده را به کار ببرید، یا تنظیم‌ها و ستون‌ها را بازبینی کنید.',
    en: 'This model is worse than “{model}”. Use the plain one, or look over settings and columns.',
  },
  'report.verdict.sure': {
    fa: 'این مدل بیشتر از «{model}» درست نمی‌گوید، ولی احتمال‌هایش دقیق‌تر است.',
    en: 'This model is right no more often than “{model}”, but its probabilities are better.',
  },
  'report.verdict.unknown': {
    fa: 'ردیف‌های سنجش کم‌تر از آن است که معلوم شود این مدل از «{model}» بهتر است یا نه.',
    en: 'There are too few rows to tell whether this model is better than “{model}”.',
  },
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
  'report.leftOut': { fa: 'آنچه در آموزش به کار نرفت', en: 'Left out of training' },
  'report.leftOut.hint': {
    fa: 'مدل از {n} ستون آموخت.',
    en: 'The model learned from {n} {n|column|columns}.',
  },
  'report.leftOut.rows': { fa: '{n} ردیف بدون مقدار هدف', en: '{n} {n|row|rows} without a target' },
  'report.leftOut.not_chosen': { fa: '{column}: انتخاب نشده بود', en: '{column}: not chosen' },
  'report.leftOut.empty': { fa: '{column}: همهٔ خانه‌ها خالی است', en: '{column}: every cell is empty' },
  'report.leftOut.constant': {
    fa: '{column}: در ردیف‌های آموزش تنها یک مقدار دارد',
    en: '{column}: has one value only in the rows learned from',
  },
  'report.leftOut.free_text': {
    fa: '{column}: متن آزاد با {n} مقدار متفاوت؛ الگوی متن از آن می‌آموزد',
    en: '{column}: free text of {n} different values; the recipe for texts learns from it',
  },
  'report.leftOut.type': {
    fa: '{column}: از نوعی است که الگو نمی‌شناسد',
    en: '{column}: of a type that the recipe does not know',
  },
  'report.leftOut.more': { fa: 'و {n} ستون دیگر', en: 'and {n} more {n|column|columns}' },
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
